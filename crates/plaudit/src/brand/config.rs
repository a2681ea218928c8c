//! How a report on brands is made.

use plaudit_core::{Error, Labels, Result, Time};
use plaudit_insight::{
    AlertConfig, AspectDictionary, BurstConfig, ChangeConfig, EngagementPreset, EventConfig, Period, PhrasesConfig,
    TopicsConfig,
};
use plaudit_text::{
    EmojiPolicy, HashtagPolicy, Language, MaskConfig, NormalForm, PipelineConfig, StopList, TextStep, TokenPolicy,
};
use serde::{Deserialize, Serialize};

use crate::posts::CleanConfig;

/// How a report on brands is made. Seeds and levels of the parts are those of [`seed`](Self::seed) and [`level`](Self::level).
///
/// ```
/// use plaudit::brand::BrandConfig;
/// use plaudit::insight::AspectDictionary;
///
/// let mut config = BrandConfig::default();
/// config.dictionary = Some(AspectDictionary::phones());
/// config.validate()?;
/// # Ok::<(), plaudit::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct BrandConfig {
    /// Which posts are removed before anything is counted.
    pub clean: CleanConfig,
    /// How posts become terms. By default [`terms_of`](Self::terms_of) English.
    pub terms: PipelineConfig,
    /// How posts and the terms of the dictionary are read to find aspects. By default words in one case and Chinese characters one by one,
    /// for every language.
    pub aspects: PipelineConfig,
    /// The aspects; none by default: they are the product's own.
    pub dictionary: Option<AspectDictionary>,
    /// The labels that are positive. None, the default, takes `positive`, `Good` and `Average`, in any case of letters: the presets
    /// [`Labels::polarity`] and [`Labels::dpms`]. Average is a little better than saying nothing there, as for `Policy`.
    pub positive: Option<Vec<String>>,
    /// The labels that are negative. None, the default, takes `negative` and `Poor`.
    pub negative: Option<Vec<String>>,
    /// What posts are counted by. None, the default, takes days up to 120 of them, weeks up to two years, and else months.
    pub period: Option<Period>,
    /// The launches whose weeks before and after are compared, 100 at most.
    pub launches: Vec<Time>,
    /// What counts as engagement.
    pub preset: EngagementPreset,
    /// Which neighbours are phrases.
    pub phrases: PhrasesConfig,
    /// How topics are found.
    pub topics: TopicsConfig,
    /// What a burst is.
    pub bursts: BurstConfig,
    /// What a change is. Its exposure is chosen by what is counted.
    pub changes: ChangeConfig,
    /// What an alert is. Its exposure is always days.
    pub alerts: AlertConfig,
    /// How a launch is studied. Its collection begins and ends with the posts where it says nothing else.
    pub events: EventConfig,
    /// What is covered in quotes. None shows them as they are, with the names and contacts of persons.
    pub mask: Option<MaskConfig>,
    /// The most rows of a table of terms, phrases or topics, 1 to 1,000. By default 20.
    pub rows: usize,
    /// The most brands, and the most platforms, with tables of their own, 1 to 1,000: those with the most posts. By default 12.
    pub groups: usize,
    /// The most quotes of a side of an aspect, or of a topic, 0 to 100. By default 3.
    pub quotes: usize,
    /// The most characters of a quote, 20 to 10,000. By default 240.
    pub max_chars: usize,
    /// How many posts a term needs to be compared, or be in a topic, at least 1. By default 5.
    pub least_posts: usize,
    /// How many posts must mention an aspect for a verdict, at least 1. By default 30.
    pub least_texts: u64,
    /// The half-width that the interval of an aspect's negative share must have for a verdict other than
    /// [`NeedsMoreData`](super::Verdict::NeedsMoreData), unless it is clear before; above 0 and below 0.5. By default 0.1.
    pub half_width: f64,
    /// How many days before the last post are lately, 1 to 3,650. By default 28.
    pub recent_days: u32,
    /// The most posts among which terms of groups are compared by permutation, 1,000 and up; more are sampled by the seed. By default 50,000.
    pub sample: usize,
    /// The permutations of each comparison, 99 to 100,000. By default 199.
    pub permutations: usize,
    /// The resamples of the intervals of influence, 200 to 1,000,000. By default 500.
    pub resamples: usize,
    /// The level of intervals, above 0 and at most 0.95: a higher one takes more resamples. By default 0.95.
    pub level: f64,
    /// The seed of every draw. By default 0.
    pub seed: u64,
}

impl Default for BrandConfig {
    fn default() -> Self {
        Self {
            clean: CleanConfig::default(),
            terms: Self::terms_of(Language::En),
            aspects: aspect_words(),
            dictionary: None,
            positive: None,
            negative: None,
            period: None,
            launches: Vec::new(),
            preset: EngagementPreset::default(),
            phrases: PhrasesConfig::default(),
            topics: TopicsConfig::default(),
            bursts: BurstConfig::default(),
            changes: ChangeConfig::default(),
            alerts: AlertConfig::default(),
            events: EventConfig::default(),
            mask: Some(MaskConfig::default()),
            rows: 20,
            groups: 12,
            quotes: 3,
            max_chars: 240,
            least_posts: 5,
            least_texts: 30,
            half_width: 0.1,
            recent_days: 28,
            sample: 50_000,
            permutations: 199,
            resamples: 500,
            level: 0.95,
            seed: 0,
        }
    }
}

/// Words as people read them, in one case, without addresses.
fn words() -> Vec<TextStep> {
    vec![
        TextStep::Entities,
        TextStep::Invisible,
        TextStep::Unicode { form: NormalForm::Nfkc },
        TextStep::Simplify,
        TextStep::Links { policy: TokenPolicy::Drop },
        TextStep::Mentions { policy: TokenPolicy::Drop },
        TextStep::Hashtags { policy: HashtagPolicy::Words },
        TextStep::Casefold,
    ]
}

fn aspect_words() -> PipelineConfig {
    let mut config = PipelineConfig::for_language(Language::Und);
    config.steps = words();
    config
}

impl BrandConfig {
    /// Returns how posts in a language become terms that people can read: whole words in small letters, without addresses, emoji, numbers,
    /// signs and function words (negations among them: terms say what is spoken of, not how). `Und` has no function words and splits Chinese
    /// into characters; `Zh` needs the feature `chinese`.
    pub fn terms_of(language: Language) -> PipelineConfig {
        let mut config = PipelineConfig::for_language(language);
        config.steps = words();
        config.steps.extend([
            TextStep::Emoji { policy: EmojiPolicy::Drop },
            TextStep::Numbers { policy: TokenPolicy::Drop },
            TextStep::StopWords { list: StopList::Literal },
            TextStep::Punctuation,
        ]);
        if language == Language::Und {
            config.steps.retain(|step| !matches!(step, TextStep::StopWords { .. }));
        }
        config
    }

    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range, or a part is at fault. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let mut check = |good: bool, field: &str, found: String, expected: &str| {
            if !good {
                faults.push(format!("{field}: {found}; expected {expected}"));
            }
        };
        check((1..=1_000).contains(&self.rows), "rows", self.rows.to_string(), "1 to 1000");
        check((1..=1_000).contains(&self.groups), "groups", self.groups.to_string(), "1 to 1000");
        check(self.quotes <= 100, "quotes", self.quotes.to_string(), "0 to 100");
        check((20..=10_000).contains(&self.max_chars), "max_chars", self.max_chars.to_string(), "20 to 10000");
        check(self.least_posts > 0, "least_posts", self.least_posts.to_string(), "at least 1");
        check(self.least_texts > 0, "least_texts", self.least_texts.to_string(), "at least 1");
        let half = self.half_width > 0.0 && self.half_width < 0.5;
        check(half, "half_width", self.half_width.to_string(), "above 0 and below 0.5");
        check((1..=3_650).contains(&self.recent_days), "recent_days", self.recent_days.to_string(), "1 to 3650");
        check(self.sample >= 1_000, "sample", self.sample.to_string(), "1000 and up");
        let permutations = (99..=100_000).contains(&self.permutations);
        check(permutations, "permutations", self.permutations.to_string(), "99 to 100000");
        check((200..=1_000_000).contains(&self.resamples), "resamples", self.resamples.to_string(), "200 to 1000000");
        let level = self.level > 0.0 && self.level <= 0.95;
        check(level, "level", self.level.to_string(), "above 0 and at most 0.95");
        check(self.launches.len() <= 100, "launches", self.launches.len().to_string(), "100 at most");
        let parts = [
            ("clean.quality.", self.clean.quality.validate()),
            ("terms.", self.terms.validate()),
            ("aspects.", self.aspects.validate()),
            ("", self.preset.validate()), // it names itself
            ("phrases.", self.phrases.validate()),
            ("topics.", self.topics.validate()),
            ("bursts.", self.bursts.validate()),
            ("changes.", self.changes.validate()),
            ("alerts.", self.alerts.validate()),
            ("events.", self.events.validate()),
            ("mask.", self.mask.as_ref().map_or(Ok(()), MaskConfig::validate)),
        ];
        for (part, checked) in parts {
            match checked {
                Err(Error::Config { faults: found }) => {
                    faults.extend(found.into_iter().map(|fault| format!("{part}{fault}")));
                }
                other => other?,
            }
        }
        Error::from_faults(faults)
    }

    /// Returns the sides of a classifier's labels, `[labels]`: 1 where a label is positive, -1 where it is negative, 0 where it is neutral.
    ///
    /// # Errors
    /// When a label is of no preset and the configuration does not say which are positive and which negative, or it names a label that
    /// the classifier does not have, or one as both.
    pub fn sides(&self, labels: &Labels) -> Result<Vec<i8>> {
        let known = |names: &[&str], label: &str| names.iter().any(|name| name.eq_ignore_ascii_case(label));
        let mut faults = Vec::new();
        for (field, own) in [("positive", &self.positive), ("negative", &self.negative)] {
            match own {
                Some(own) => {
                    for name in own.iter().filter(|name| labels.index_of(name).is_none()) {
                        faults.push(format!("{field}: expected one of {}", labels.known_and_nearest(name)));
                    }
                }
                None if labels.iter().any(|label| !known(&PRESETS, label)) => {
                    let listed = labels.listed();
                    faults.push(format!("{field}: found none; expected those of the labels {listed} that are {field}"));
                }
                None => {}
            }
        }
        let is = |own: &Option<Vec<String>>, preset: &[&str], label: &str| match own {
            Some(own) => own.iter().any(|name| name == label),
            None => known(preset, label),
        };
        let mut sides = Vec::with_capacity(labels.len());
        for label in labels.iter() {
            let sides_of = (is(&self.positive, &POSITIVE, label), is(&self.negative, &NEGATIVE, label));
            if sides_of == (true, true) {
                faults.push(format!("positive and negative: both name {label}"));
            }
            sides.push(i8::from(sides_of.0) - i8::from(sides_of.1));
        }
        Error::from_faults(faults)?;
        Ok(sides)
    }
}

const POSITIVE: [&str; 3] = ["positive", "Good", "Average"];
const NEGATIVE: [&str; 2] = ["negative", "Poor"];
const PRESETS: [&str; 6] = ["positive", "Good", "Average", "negative", "Poor", "neutral"];
