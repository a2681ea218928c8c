//! Which words stand for which aspect.

use std::collections::BTreeMap;
use std::ops::Range;

use plaudit_core::{Analyzer, Error, Result, Tokens};
use serde::{Deserialize, Serialize};

/// The terms of each aspect, by its name: `{"battery": ["battery life", "charger", "电池"], ..}`. People who know the thing edit it.
///
/// A term is one word or several; forms (`charge`, `charges`) are terms of their own, as far as the analyzer that finds them does not make them
/// one. A term may stand for several aspects.
///
/// ```
/// use plaudit_insight::AspectDictionary;
///
/// let dictionary: AspectDictionary = serde_json::from_str(r#"{"battery": ["battery life", "charger"], "price": ["cost"]}"#).unwrap();
/// assert_eq!(dictionary.names().collect::<Vec<_>>(), ["battery", "price"]);
/// assert!(AspectDictionary::phones().names().any(|name| name == "battery"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Vec<String>>", into = "BTreeMap<String, Vec<String>>")]
pub struct AspectDictionary(BTreeMap<String, Vec<String>>);

impl AspectDictionary {
    /// Returns a dictionary of these aspects, in the order of their names.
    ///
    /// # Errors
    /// When there is no aspect, or one has a blank name, no term or a blank term. All faults are named at once.
    pub fn new(aspects: BTreeMap<String, Vec<String>>) -> Result<Self> {
        let mut faults = Vec::new();
        if aspects.is_empty() {
            faults.push("aspects: found none; expected at least one".to_owned());
        }
        for (name, terms) in &aspects {
            if name.trim().is_empty() {
                faults.push("aspects: a name is blank".to_owned());
            } else if terms.is_empty() {
                faults.push(format!("aspects.{name}: found no term; expected at least one"));
            } else if let Some(place) = terms.iter().position(|term| term.trim().is_empty()) {
                faults.push(format!("aspects.{name}: term {place} is blank"));
            }
        }
        Error::from_faults(faults)?;
        Ok(Self(aspects))
    }

    /// Returns a dictionary of our own for phones, English and Chinese: battery, screen, camera, sound, signal, .. service.
    pub fn phones() -> Self {
        Self::shipped(include_str!("../../data/phone_aspects.tsv"))
    }

    /// Returns a dictionary of our own for universities, English and Chinese: teaching, workload, exams, library, .. costs.
    pub fn university() -> Self {
        Self::shipped(include_str!("../../data/university_aspects.tsv"))
    }

    /// A table: the name, then its terms, a tab between them; lines that begin with `#` explain.
    fn shipped(table: &str) -> Self {
        let rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').map(str::to_owned));
        Self(rows.filter_map(|mut row| Some((row.next()?, row.collect()))).collect())
    }

    /// Returns the aspects' names, in order; their places are those that matches and mentions have.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Returns the terms of each aspect.
    pub fn aspects(&self) -> &BTreeMap<String, Vec<String>> {
        &self.0
    }
}

impl TryFrom<BTreeMap<String, Vec<String>>> for AspectDictionary {
    type Error = Error;

    fn try_from(aspects: BTreeMap<String, Vec<String>>) -> Result<Self> {
        Self::new(aspects)
    }
}

impl From<AspectDictionary> for BTreeMap<String, Vec<String>> {
    fn from(dictionary: AspectDictionary) -> Self {
        dictionary.0
    }
}

/// Finds the aspects of a dictionary in texts whose tokens one analyzer makes.
///
/// Terms go through the same analyzer: one that folds case finds `Battery`, one that stems finds `batteries`, and one that splits Chinese into
/// characters finds a term wherever its characters stand.
#[derive(Debug, Clone, Default)]
pub struct AspectMatcher {
    /// A tree of tokens: what follows each token, and the aspects that end there.
    nodes: Vec<Node>,
    aspects: usize,
}

#[derive(Debug, Clone, Default)]
struct Node {
    next: BTreeMap<String, usize>,
    aspects: Vec<usize>,
}

/// An aspect in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AspectMatch {
    /// Its place in the dictionary.
    pub aspect: usize,
    /// Where its term stands: bytes of the text.
    pub source: Range<usize>,
}

impl AspectMatcher {
    /// Returns what finds the terms of `dictionary` in tokens of `analyzer`.
    ///
    /// # Errors
    /// When the analyzer leaves nothing of a term, such as a stop word; the message names it.
    pub fn new(dictionary: &AspectDictionary, analyzer: &dyn Analyzer) -> Result<Self> {
        let mut matcher = Self { nodes: vec![Node::default()], aspects: dictionary.0.len() };
        let (mut tokens, mut faults) = (Tokens::new(), Vec::new());
        for (aspect, (name, terms)) in dictionary.0.iter().enumerate() {
            for term in terms {
                analyzer.analyze_into(term, &mut tokens);
                if tokens.is_empty() {
                    faults.push(format!("aspects.{name}: the analyzer leaves nothing of the term `{term}`"));
                    continue;
                }
                matcher.insert(aspect, &tokens);
            }
        }
        Error::from_faults(faults)?;
        Ok(matcher)
    }

    fn insert(&mut self, aspect: usize, tokens: &Tokens) {
        let mut place = 0;
        for token in tokens.iter() {
            let fresh = self.nodes.len();
            let Some(node) = self.nodes.get_mut(place) else { return };
            place = *node.next.entry(token.text.to_owned()).or_insert(fresh);
            if place == fresh {
                self.nodes.push(Node::default());
            }
        }
        if let Some(node) = self.nodes.get_mut(place)
            && !node.aspects.contains(&aspect)
        {
            node.aspects.push(aspect);
        }
    }

    /// Returns how many aspects there are.
    pub fn aspects(&self) -> usize {
        self.aspects
    }

    /// Returns the aspects in these tokens, in their order: at each place the longest term, none inside another.
    ///
    /// ```
    /// use plaudit_core::{Analyzer, TokenKind, Tokens};
    /// use plaudit_insight::{AspectDictionary, AspectMatcher};
    /// # struct Words;
    /// # impl Analyzer for Words {
    /// #     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
    /// #         tokens.clear();
    /// #         for word in text.split_ascii_whitespace() {
    /// #             let start = word.as_ptr() as usize - text.as_ptr() as usize;
    /// #             tokens.push(&word.to_lowercase(), start..start + word.len(), TokenKind::Word);
    /// #         }
    /// #     }
    /// # }
    /// let analyzer = Words; // in the place of a `plaudit_text::Pipeline`
    /// let dictionary: AspectDictionary = serde_json::from_str(r#"{"battery": ["battery life", "battery"], "price": ["cost"]}"#).unwrap();
    /// let matcher = AspectMatcher::new(&dictionary, &analyzer)?;
    /// let text = "Battery life is low and the cost is high";
    /// let found = matcher.find(&analyzer.analyze(text));
    /// let found: Vec<(usize, &str)> = found.iter().map(|found| (found.aspect, &text[found.source.clone()])).collect();
    /// assert_eq!(found, [(0, "Battery life"), (1, "cost")]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn find(&self, tokens: &Tokens) -> Vec<AspectMatch> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let (mut place, mut best) = (0, None);
            for end in at.. {
                let next = tokens.get(end).and_then(|token| self.nodes.get(place)?.next.get(token.text).copied());
                let Some(next) = next else { break };
                place = next;
                if self.nodes.get(place).is_some_and(|node| !node.aspects.is_empty()) {
                    best = Some((end, place));
                }
            }
            let Some((end, place)) = best else {
                at += 1;
                continue;
            };
            if let (Some(first), Some(last), Some(node)) = (tokens.get(at), tokens.get(end), self.nodes.get(place)) {
                let source = first.source.start.min(last.source.start)..last.source.end.max(first.source.end);
                found.extend(node.aspects.iter().map(|&aspect| AspectMatch { aspect, source: source.clone() }));
            }
            at = end + 1;
        }
        found
    }
}
