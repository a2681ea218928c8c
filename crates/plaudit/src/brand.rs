//! What is said of brands, in one report: [`brand_report`] puts together what [`insight`](crate::insight) finds in posts.

mod aspects;
mod config;
mod findings;
#[cfg(feature = "plots")]
mod html;
mod platforms;
mod prepared;
mod quotes;
mod report;
mod sentiment;
mod shown;
mod terms;
mod time;

use std::ops::ControlFlow;

use plaudit_core::{Classifier, Error, Observer, Post, Progress, Result, Stage};
use plaudit_insight::{AspectMatcher, EventPost, EventStudy, Influence, InfluenceConfig, event_study, influence};
use plaudit_text::Pipeline;

pub use config::BrandConfig;
pub use report::{
    AspectsPart, BrandReport, Counted, Counts, Finding, KeyTerms, Line, Missing, NamedLine, Part, PlatformsPart,
    PostsPart, SentimentPart, Signal, SignalKind, Subject, TermsPart, TimePart, Tone, TopicPart, TopicQuote,
    TopicsPart, Verdict,
};

use aspects::Mentions;
use prepared::Prepared;
use quotes::Quotes;
use sentiment::Sentiment;
use terms::Words;

/// Returns what is said of brands in these posts, whatever their order.
///
/// Posts are cleaned first ([`clean`](crate::posts::clean)); those that say nothing, or what was said before, are counted and left out. With
/// a classifier, each post and each clause that mentions an aspect of [`BrandConfig::dictionary`] gets a sentiment. Without one there is
/// no sentiment, and all else stands. A part that cannot be computed says why in [`BrandReport::missing`].
///
/// A [`Finding`] says what to do about an aspect, for all posts and for each brand where several are named. The first that holds:
///
/// 1. [`Fix`](Verdict::Fix): [`least_texts`](BrandConfig::least_texts) posts mention it, and the share of negative mentions is above that of the
///    other aspects (q at most 0.05), or the lower end of its interval is at least 0.5.
/// 2. [`Watch`](Verdict::Watch): within the last [`recent_days`](BrandConfig::recent_days) there is a burst or an alert of negative mentions,
///    or their rate rose, with five of them at least.
/// 3. [`Emphasise`](Verdict::Emphasise): as many posts mention it, and the lower end of the positive share is at least 0.5, and above the share
///    of all aspects together where there are others.
/// 4. [`NeedsMoreData`](Verdict::NeedsMoreData): too few posts mention it, or the interval of the negative share is wider than
///    [`half_width`](BrandConfig::half_width) to each side.
/// 5. [`Watch`](Verdict::Watch): it is known well enough, and neither of the above.
///
/// A topic with a burst, an alert or a rise of its posts within those days gets a finding by the same rules, 1 and 3 before 2; its posts stand
/// for mentions, the other topics' for the other aspects.
///
/// All shares are of what the classifier said. Its errors are in no interval: `promotion::prevalence` corrects shares by labelled rows.
///
/// # Errors
/// When the configuration is at fault, or does not fit the classifier's labels ([`BrandConfig::sides`]), or the classifier fails, or with
/// [`Error::Interrupted`] when the observer says so.
///
/// # Example: what people say of two phones
/// ```
/// use plaudit::brand::{BrandConfig, Verdict, brand_report};
/// use plaudit::core::{Feedback, Post};
/// use plaudit::insight::AspectDictionary;
/// use plaudit::text::{LexiconClassifier, LexiconConfig, QualityConfig};
///
/// let posts: Vec<Post> = (0..120).map(|k| {
///     let text = ["The screen is great, but the battery is terrible.", "A wonderful camera!", "I love the screen."][k % 3];
///     let mut post = Post::new(Feedback::new(k.to_string(), text));
///     post.feedback.division = ["Acme", "Bolt"][k % 2].into();
///     post
/// }).collect();
/// let mut config = BrandConfig::default();
/// config.dictionary = Some(AspectDictionary::phones());
/// config.clean.quality.exact_duplicates = false; // these are made to repeat
/// config.clean.quality.near_duplicates = None;
/// let classifier = LexiconClassifier::new(LexiconConfig::polarity())?;
/// let report = brand_report(&posts, Some(&classifier), &config, &mut ())?;
/// assert!(report.findings[0].verdict == Verdict::Fix && report.findings[0].reason.contains("negative"));
/// println!("{report}");
/// # Ok::<(), plaudit::Error>(())
/// ```
pub fn brand_report(
    posts: &[Post],
    classifier: Option<&dyn Classifier>,
    config: &BrandConfig,
    observer: &mut dyn Observer,
) -> Result<BrandReport> {
    config.validate()?;
    let classifier = classifier.map(|classifier| Ok::<_, Error>((classifier, config.sides(classifier.labels())?)));
    let classifier = classifier.transpose()?;
    let finder = Pipeline::new(config.aspects.clone())?;
    let matcher = config.dictionary.as_ref().map(|dictionary| AspectMatcher::new(dictionary, &finder)).transpose()?;
    let quotes = Quotes::new(config)?;
    let mut run = Run { missing: Vec::new(), notes: Vec::new(), observer };

    let prepared = Prepared::new(posts, config, &mut run)?;
    let words = Words::new(&prepared, config, &mut run)?;
    let sentiment = match &classifier {
        Some((classifier, sides)) => Some(Sentiment::new(*classifier, sides, &prepared, &mut run)?),
        None => {
            run.lacks(Part::Sentiment, "There is no classifier: nothing is said of sentiment.");
            None
        }
    };
    let mentions = match (&classifier, &config.dictionary, &matcher) {
        (Some((classifier, sides)), Some(dictionary), Some(matcher)) => {
            Some(Mentions::new(&prepared, dictionary, (matcher, &finder), (*classifier, sides), &mut run)?)
        }
        (None, ..) => {
            run.lacks(Part::Aspects, "There is no classifier: nothing is said of how aspects are spoken of.");
            None
        }
        _ => {
            run.lacks(Part::Aspects, "There is no dictionary of aspects.");
            None
        }
    };
    let sentiment_part = sentiment.as_ref().map(|found| found.part(&prepared, config)).transpose()?;
    let time = run.part(Part::Time, || time::part(&prepared, sentiment.as_ref(), config))?.flatten();
    let aspects_part = match &mentions {
        Some(mentions) => run.part(Part::Aspects, || mentions.part(&prepared, &quotes, config))?.flatten(),
        None => None,
    };
    let found = run.part(Part::Topics, || words.topics(&prepared, config))?.flatten();
    let topics_part = match &found {
        Some(found) => {
            run.part(Part::Topics, || terms::topics_part(found, &prepared, sentiment.as_ref(), &quotes, config))?
        }
        None => None,
    };
    let terms_part = words.part(&prepared, sentiment.as_ref(), config, &mut run)?;
    let launches = launches(&prepared, sentiment.as_ref(), config, &mut run)?;
    let influence = influenced(&prepared, sentiment.as_ref(), config, &mut run)?;
    let of_topics = found.as_ref().zip(topics_part.as_ref());
    let platforms = platforms::part(&prepared, &words, sentiment.as_ref(), of_topics, config, &mut run)?;
    let mut findings = match (&mentions, &aspects_part) {
        (Some(mentions), Some(part)) => findings::of_aspects(mentions, part, &prepared, config)?,
        _ => Vec::new(),
    };
    if let Some(part) = &topics_part {
        findings.extend(findings::of_topics(part, &prepared, sentiment_part.as_ref(), config));
    }
    findings::sort(&mut findings);
    run.closing_notes(&prepared, sentiment.is_some(), mentions.is_some());
    let Run { missing, notes, .. } = run;
    Ok(BrandReport {
        config: config.clone(),
        posts: prepared.part,
        findings,
        notes,
        missing,
        sentiment: sentiment_part,
        time,
        aspects: aspects_part,
        terms: terms_part,
        topics: topics_part,
        launches,
        influence,
        platforms,
    })
}

/// What a run has to say beside its figures.
struct Run<'a> {
    missing: Vec<Missing>,
    notes: Vec<String>,
    observer: &'a mut dyn Observer,
}

impl Run<'_> {
    fn lacks(&mut self, part: Part, reason: impl Into<String>) {
        self.missing.push(Missing { part, reason: reason.into() });
    }

    /// What a part found; where it could not be computed, why is written down.
    fn part<T>(&mut self, part: Part, compute: impl FnOnce() -> Result<T>) -> Result<Option<T>> {
        match compute() {
            Ok(found) => Ok(Some(found)),
            Err(Error::Interrupted) => Err(Error::Interrupted),
            Err(Error::Config { faults }) => {
                self.lacks(part, format!("It could not be computed: {}.", faults.join("; ")));
                Ok(None)
            }
            Err(error) => {
                self.lacks(part, format!("It could not be computed: {error}."));
                Ok(None)
            }
        }
    }

    /// Says how many texts of a walk are done.
    fn done(&mut self, done: usize, of: usize) -> Result<()> {
        match self.observer.progressed(&Progress::new(Stage::Analyzing, done as u64, Some(of as u64))) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Interrupted),
        }
    }

    fn closing_notes(&mut self, prepared: &Prepared, classified: bool, aspects: bool) {
        if classified {
            self.notes.push(
                "Shares of sentiment are of what the classifier said. Its errors are in no interval, and a share can be far off where it \
                 errs to one side; rows that people labelled say how often (plaudit::promotion::prevalence corrects shares by them)."
                    .to_owned(),
            );
        }
        if aspects {
            self.notes.push(
                "Each brand's aspects are compared with each other at a false discovery rate of 0.05; bursts, alerts and rises are looked \
                 for in each of them, and with many of them some come by chance."
                    .to_owned(),
            );
        }
        if prepared.part.clocks > 1 {
            let clocks = prepared.part.clocks;
            self.notes.push(format!("Times are of {clocks} different offsets; each post is counted on its own clock."));
        }
        self.notes.push(
            "Those who post are not all customers, and what is said after an event need not be said because of it."
                .to_owned(),
        );
    }
}

/// The weeks around each launch.
fn launches(
    prepared: &Prepared,
    sentiment: Option<&Sentiment>,
    config: &BrandConfig,
    run: &mut Run<'_>,
) -> Result<Vec<EventStudy>> {
    if config.launches.is_empty() {
        return Ok(Vec::new());
    }
    let of_posts = prepared.posts.iter().enumerate().filter_map(|(place, post)| {
        let score = sentiment.map_or(0.0, |sentiment| sentiment.score(place));
        Some(EventPost { time: post.feedback.time?, score, author: prepared.author(place) })
    });
    let posts: Vec<EventPost<'_>> = of_posts.collect();
    if posts.is_empty() {
        run.lacks(Part::Launches, "No post has a time: nothing can be said of launches.");
        return Ok(Vec::new());
    }
    if sentiment.is_none() {
        run.lacks(
            Part::Launches,
            "Without a classifier only the number of posts before and after a launch is compared.",
        );
    }
    let mut events = config.events.clone();
    (events.bootstrap.seed, events.bootstrap.level) = (config.seed, config.level);
    let studies = config.launches.iter().map(|&launch| event_study(&posts, launch, &events));
    Ok(run.part(Part::Launches, || studies.collect())?.unwrap_or_default())
}

fn influenced(
    prepared: &Prepared,
    sentiment: Option<&Sentiment>,
    config: &BrandConfig,
    run: &mut Run<'_>,
) -> Result<Option<Influence>> {
    if prepared.part.brands.is_empty() {
        run.lacks(Part::Influence, "No post names a brand.");
        return Ok(None);
    }
    let net = sentiment.map(|sentiment| sentiment.net_of_brands(prepared, config)).unwrap_or_default();
    let mut settings = InfluenceConfig::default();
    settings.preset = config.preset.clone();
    (settings.bootstrap.resamples, settings.bootstrap.level, settings.bootstrap.seed) =
        (config.resamples, config.level, config.seed);
    let found = run.part(Part::Influence, || influence(&prepared.posts, &net, &settings))?;
    if let Some(found) = found.as_ref().filter(|found| found.without_engagement == found.posts) {
        let posts = found.posts;
        run.lacks(
            Part::Influence,
            format!("Of none of {posts} posts the engagement is known: there are shares of voice, and no ranks."),
        );
    }
    Ok(found)
}

/// A p- or q-value.
fn small(value: f64) -> String {
    if value < 0.001 { "< 0.001".to_owned() } else { format!("{value:.3}") }
}

#[cfg(test)]
mod tests;
