//! P(w|c): how people misspell.

use std::collections::BTreeMap;

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::deletes::{Gap, MAX_DISTANCE};

/// A kind of single edit that turns a right word into a misspelled one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// One of two equal letters is left out: *adress*.
    DropDoubled,
    /// A vowel, y among them, is left out: *intresting*.
    DropVowel,
    /// Another letter is left out: *goverment*.
    DropConsonant,
    /// The apostrophe is left out: *dont*.
    DropApostrophe,
    /// A letter is written twice: *untill*.
    AddDoubled,
    /// A vowel is added: *truely*.
    AddVowel,
    /// Another letter is added: *sandwhich*.
    AddConsonant,
    /// An apostrophe is added: *it's* for *its*.
    AddApostrophe,
    /// A vowel stands for another: *definate*.
    VowelForVowel,
    /// A letter stands for one that it sounds like in places, such as s for c: *absense*.
    SoundAlike,
    /// A key stands for its neighbour on the keyboard (QWERTY): *rhe*.
    NeighbourKey,
    /// A letter stands for any other.
    OtherLetter,
    /// Two vowels are the wrong way round: *recieve*.
    SwapVowels,
    /// Two other letters are the wrong way round: *teh*.
    Swap,
}

impl Edit {
    const ALL: [Self; 14] = [
        Self::DropDoubled,
        Self::DropVowel,
        Self::DropConsonant,
        Self::DropApostrophe,
        Self::AddDoubled,
        Self::AddVowel,
        Self::AddConsonant,
        Self::AddApostrophe,
        Self::VowelForVowel,
        Self::SoundAlike,
        Self::NeighbourKey,
        Self::OtherLetter,
        Self::SwapVowels,
        Self::Swap,
    ];

    pub(super) fn drop(letter: u8, before: Option<u8>) -> Self {
        match letter {
            b'\'' => Self::DropApostrophe,
            _ if before == Some(letter) => Self::DropDoubled,
            _ if is_vowel(letter) => Self::DropVowel,
            _ => Self::DropConsonant,
        }
    }

    pub(super) fn add(letter: u8, before: Option<u8>) -> Self {
        match letter {
            b'\'' => Self::AddApostrophe,
            _ if before == Some(letter) => Self::AddDoubled,
            _ if is_vowel(letter) => Self::AddVowel,
            _ => Self::AddConsonant,
        }
    }

    pub(super) fn replace(right: u8, wrong: u8) -> Self {
        if is_vowel(right) && is_vowel(wrong) {
            Self::VowelForVowel
        } else if is_pair(&SOUND_ALIKE, right, wrong) {
            Self::SoundAlike
        } else if is_pair(&NEIGHBOUR_KEYS, right, wrong) {
            Self::NeighbourKey
        } else {
            Self::OtherLetter
        }
    }

    pub(super) fn swap(first: u8, second: u8) -> Self {
        if is_vowel(first) && is_vowel(second) { Self::SwapVowels } else { Self::Swap }
    }
}

/// For each letter, those that it can sound like.
const SOUND_ALIKE: [&[u8]; 26] = [
    b"", b"p", b"sk", b"t", b"", b"v", b"j", b"", b"", b"g", b"cq", b"", b"n", b"m", b"", b"b", b"k", b"", b"cz", b"d",
    b"", b"fw", b"v", b"", b"", b"s",
];

/// For each letter, those beside it on a QWERTY keyboard.
const NEIGHBOUR_KEYS: [&[u8]; 26] = [
    b"qwsz", b"vghn", b"xdfv", b"serfcx", b"wsdr", b"drtgvc", b"ftyhbv", b"gyujnb", b"ujko", b"huikmn", b"jiolm",
    b"kop", b"njk", b"bhjm", b"iklp", b"ol", b"wa", b"edft", b"awedxz", b"rfgy", b"yhji", b"cfgb", b"qase", b"zsdc",
    b"tghu", b"asx",
];

fn is_pair(table: &[&[u8]; 26], a: u8, b: u8) -> bool {
    table.get(usize::from(a.wrapping_sub(b'a'))).is_some_and(|others| others.contains(&b))
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// The probability of each kind of edit: at one place of a word where it can happen, with one result of those that it
/// can have. Those of several edits are multiplied; that the other letters are right counts the same for all
/// candidates, and is left out.
///
/// Kernighan, Church and Gale, *A spelling correction program based on a noisy channel model* (COLING 1990), count each
/// pair of letters; here they are put together in kinds, so that a few hundred misspellings are enough. Defaults are
/// what [`Channel::learn`] counts in P. Norvig's first test set (270 pairs) and in one half of R. Mitton's Birkbeck
/// collection (16,230 pairs), to two digits; the project's `crates/text/tests/spelling.rs` counts them again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct ChannelConfig {
    /// The probability of each kind of edit, above 0 and at most 1. Kinds that are missing have their default.
    pub edits: BTreeMap<Edit, f64>,
    /// What the probability of an edit at the first letter is multiplied with: that letter is seldom wrong. Above 0.
    pub first_letter: f64,
}

impl Default for ChannelConfig {
    fn default() -> Self {
        Self { edits: Edit::ALL.into_iter().zip(DEFAULTS).collect(), first_letter: 0.25 }
    }
}

/// The default probabilities, in the order of [`Edit::ALL`].
const DEFAULTS: [f64; 14] =
    [0.36, 0.078, 0.056, 0.68, 0.0073, 0.0035, 0.00066, 0.00043, 0.021, 0.020, 0.0011, 0.00087, 0.042, 0.0094];

impl ChannelConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a probability is out of its range.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        for (edit, &probability) in &self.edits {
            if !(probability > 0.0 && probability <= 1.0) {
                faults.push(format!("channel.edits: {edit:?} has {probability}, expected above 0 and at most 1"));
            }
        }
        if !(self.first_letter > 0.0 && self.first_letter.is_finite()) {
            faults.push(format!("channel.first_letter: found {}, expected above 0", self.first_letter));
        }
        Error::from_faults(faults)
    }
}

/// The channel, ready to be asked.
#[derive(Debug, Clone)]
pub struct Channel {
    probabilities: [f64; Edit::ALL.len()],
    first_letter: f64,
    bounds: [f64; Gap::COUNT],
}

/// How a word came to be misspelled: the most probable way with the fewest edits.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Alignment {
    /// P(w|c), up to a factor that all candidates share.
    pub probability: f64,
    /// The edits, from the first letter to the last.
    pub edits: Vec<Edit>,
}

impl Channel {
    /// Returns the channel of this configuration.
    ///
    /// # Errors
    /// When [`ChannelConfig::validate`] finds a fault.
    pub fn new(config: &ChannelConfig) -> Result<Self> {
        config.validate()?;
        let defaults = ChannelConfig::default().edits;
        let probability = |edit| config.edits.get(&edit).or_else(|| defaults.get(&edit)).copied().unwrap_or(1.0);
        let most = |edits: &[Edit]| {
            edits.iter().map(|&edit| probability(edit)).fold(0.0, f64::max) * config.first_letter.max(1.0)
        };
        let (drop, others) = Edit::ALL.split_at(4);
        let (add, keep) = others.split_at(4);
        let (drop, add, keep) = (most(drop), most(add), most(keep));
        // From a word of two letters fewer to one of two more: by one or two edits, and by two.
        let two = [add * add, add * keep, (keep * keep).max(drop * add), drop * keep, drop * drop];
        let mut bounds = [0.0; Gap::COUNT];
        for (pair, (one, two)) in bounds.chunks_mut(2).zip([0.0, add, keep, drop, 0.0].into_iter().zip(two)) {
            pair.copy_from_slice(&[one.max(two), two]);
        }
        Ok(Self { probabilities: Edit::ALL.map(probability), first_letter: config.first_letter, bounds })
    }

    /// Returns how `wrong` comes from `right` by at most two edits; none where it does not. Both are words of
    /// lower-case ASCII letters and apostrophes; every other character is a consonant like any other.
    ///
    /// # Example
    /// ```
    /// use plaudit_text::{Channel, ChannelConfig, Edit};
    ///
    /// let channel = Channel::new(&ChannelConfig::default())?;
    /// assert_eq!(channel.align("receive", "recieve").unwrap().edits, [Edit::SwapVowels]);
    /// assert_eq!(channel.align("library", "recieve"), None);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn align(&self, right: &str, wrong: &str) -> Option<Alignment> {
        (0..=MAX_DISTANCE).find_map(|edits| {
            let mut walk = self.walk(right.as_bytes(), wrong.as_bytes());
            walk.from(0, 0, edits, 1.0);
            let edits = walk.best_path.into_iter().take(edits).collect();
            walk.best.map(|probability| Alignment { probability, edits })
        })
    }

    /// Returns P(w|c) for words that are `distance` edits apart, at most two.
    pub(crate) fn probability(&self, right: &[u8], wrong: &[u8], distance: usize) -> f64 {
        let mut walk = self.walk(right, wrong);
        walk.from(0, 0, distance, 1.0);
        walk.best.unwrap_or(0.0)
    }

    /// Returns what P(w|c) cannot be above for each gap, by its number.
    pub(crate) fn bounds(&self) -> [f64; Gap::COUNT] {
        self.bounds
    }

    fn walk<'a>(&'a self, right: &'a [u8], wrong: &'a [u8]) -> Walk<'a> {
        let none = [Edit::Swap; MAX_DISTANCE];
        Walk { channel: self, right, wrong, path: none, depth: 0, best: None, best_path: none }
    }
}

/// The ways from a right word to a wrong one. Equal letters are taken as right without a second look: that never costs
/// an edit, and says which of two equal letters is the one left out: the last.
struct Walk<'a> {
    channel: &'a Channel,
    right: &'a [u8],
    wrong: &'a [u8],
    path: [Edit; MAX_DISTANCE],
    depth: usize,
    best: Option<f64>,
    best_path: [Edit; MAX_DISTANCE],
}

impl Walk<'_> {
    /// Goes on from these places with exactly `left` edits left.
    fn from(&mut self, mut i: usize, mut j: usize, left: usize, probability: f64) {
        while self.right.get(i).is_some_and(|letter| self.wrong.get(j) == Some(letter)) {
            i += 1;
            j += 1;
        }
        let rest = |word: &[u8], from: usize| word.len().saturating_sub(from);
        if rest(self.right, i).abs_diff(rest(self.wrong, j)) > left {
            return;
        }
        let (right, wrong) = (self.right.get(i).copied(), self.wrong.get(j).copied());
        if right.is_none() && wrong.is_none() {
            if left == 0 && self.best.is_none_or(|best| probability > best) {
                (self.best, self.best_path) = (Some(probability), self.path);
            }
            return;
        }
        let Some(left) = left.checked_sub(1) else { return };
        if let Some(right) = right {
            let edit = Edit::drop(right, i.checked_sub(1).and_then(|place| self.right.get(place).copied()));
            self.edit(edit, i, (i + 1, j), left, probability);
        }
        if let Some(wrong) = wrong {
            let edit = Edit::add(wrong, j.checked_sub(1).and_then(|place| self.wrong.get(place).copied()));
            self.edit(edit, i, (i, j + 1), left, probability);
        }
        if let (Some(right), Some(wrong)) = (right, wrong) {
            self.edit(Edit::replace(right, wrong), i, (i + 1, j + 1), left, probability);
            if self.right.get(i + 1) == Some(&wrong) && self.wrong.get(j + 1) == Some(&right) {
                self.edit(Edit::swap(right, wrong), i, (i + 2, j + 2), left, probability);
            }
        }
    }

    fn edit(&mut self, edit: Edit, place: usize, next: (usize, usize), left: usize, probability: f64) {
        let mut factor = self.channel.probabilities.get(edit as usize).copied().unwrap_or(0.0);
        if place == 0 {
            factor *= self.channel.first_letter;
        }
        let depth = self.depth;
        self.path.get_mut(depth).into_iter().for_each(|place| *place = edit);
        self.depth += 1;
        self.from(next.0, next.1, left, probability * factor);
        self.depth = depth;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::spelling::distance::tests::by_table;

    fn channel() -> Channel {
        Channel::new(&ChannelConfig::default()).unwrap()
    }

    #[test]
    fn edits_by_hand() {
        use Edit::*;
        for (right, wrong, edits) in [
            ("address", "adress", &[DropDoubled][..]),
            ("interesting", "intresting", &[DropVowel]),
            ("government", "goverment", &[DropConsonant]),
            ("don't", "dont", &[DropApostrophe]),
            ("until", "untill", &[AddDoubled]),
            ("truly", "truely", &[AddVowel]),
            ("forty", "fourty", &[AddVowel]),
            ("ninth", "nineth", &[AddVowel]),
            ("its", "it's", &[AddApostrophe]),
            ("definite", "definate", &[VowelForVowel]),
            ("absence", "absense", &[SoundAlike]),
            ("the", "rhe", &[NeighbourKey]),
            ("the", "thw", &[NeighbourKey]),
            ("the", "thx", &[OtherLetter]),
            ("receive", "recieve", &[SwapVowels]),
            ("the", "teh", &[Swap]),
            ("accommodate", "acomodate", &[DropDoubled, DropDoubled]),
            ("the", "the", &[]),
        ] {
            assert_eq!(channel().align(right, wrong).unwrap().edits, edits, "{right} {wrong}");
        }
        for (right, wrong) in [("the", "banana"), ("", "the"), ("library", "lbrraryx")] {
            assert_eq!(channel().align(right, wrong), None, "{right} {wrong}");
        }
    }

    #[test]
    fn probabilities_are_multiplied() {
        let mut config = ChannelConfig::default();
        config.edits.extend([(Edit::Swap, 0.5), (Edit::OtherLetter, 0.25)]);
        config.first_letter = 0.125;
        let channel = Channel::new(&config).unwrap();
        assert_eq!(channel.align("abcdef", "bacqef").unwrap().probability, 0.5 * 0.125 * 0.25);
        assert_eq!(channel.align("abcdef", "abdcef").unwrap().probability, 0.5);
        assert_eq!(channel.align("abcdef", "abcdef").unwrap().probability, 1.0);
    }

    #[test]
    fn written_down_by_kind_and_checked() {
        let config: ChannelConfig = serde_json::from_str(r#"{"edits": {"swap": 0.5}}"#).unwrap();
        assert_eq!(config.first_letter, ChannelConfig::default().first_letter);
        let channel = Channel::new(&config).unwrap();
        assert_eq!(channel.align("the", "teh").unwrap().probability, 0.5);
        let default = self::channel().align("the", "thw").unwrap().probability;
        assert_eq!(channel.align("the", "thw").unwrap().probability, default, "a kind that is missing has its default");
        let json = serde_json::to_string(&ChannelConfig::default()).unwrap();
        assert_eq!(serde_json::from_str::<ChannelConfig>(&json).unwrap(), ChannelConfig::default());
        assert!(serde_json::from_str::<ChannelConfig>(r#"{"edits": {"swop": 0.5}}"#).is_err());
        let mut config = ChannelConfig::default();
        config.edits.extend([(Edit::Swap, 0.0), (Edit::AddVowel, f64::NAN), (Edit::DropVowel, 1.5)]);
        config.first_letter = f64::INFINITY;
        let Err(Error::Config { faults }) = config.validate() else { panic!("accepted") };
        assert_eq!(faults.len(), 4);
        assert_eq!(faults[0], "channel.edits: DropVowel has 1.5, expected above 0 and at most 1");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_path_has_as_few_edits_as_the_table_says(right in "[a-d']{0,9}", wrong in "[a-d']{0,9}") {
            let distance = by_table(right.as_bytes(), wrong.as_bytes());
            let alignment = channel().align(&right, &wrong);
            prop_assert_eq!(alignment.as_ref().map(|a| a.edits.len()), (distance <= MAX_DISTANCE).then_some(distance));
            if let Some(alignment) = alignment {
                let gap = |two| Gap { longer: right.len() as i32 - wrong.len() as i32, two };
                let (channel, most) = (channel(), alignment.probability);
                let bound = |two| channel.bounds()[gap(two).index()] * (1.0 + 1e-9);
                prop_assert_eq!(channel.probability(right.as_bytes(), wrong.as_bytes(), distance), most);
                prop_assert!(distance == 0 || most <= bound(false));
                prop_assert!(distance < 2 || most <= bound(true));
            }
        }

        #[test]
        fn no_strings_panic(right in any::<String>(), wrong in any::<String>()) {
            channel().align(&right, &wrong);
        }
    }
}
