//! Verdicts on aspects and topics.

use std::cmp::Reverse;

use plaudit_core::Result;
use plaudit_insight::{AspectShare, AspectSummary, Exposure};

use super::BrandConfig;
use super::aspects::Mentions;
use super::prepared::Prepared;
use super::report::{AspectsPart, Finding, SentimentPart, Signal, SignalKind, Subject, TopicPart, TopicsPart, Verdict};
use super::time::{line, signals};

/// The q-value up to which a negative share is above that of the others.
const CLEAR: f64 = 0.05;
/// Mostly: the lower end of a share is as great.
const MOSTLY: f64 = 0.5;
/// Below it a topic is dissolved when posts are drawn again (Hennig 2007).
const DISSOLVED: f64 = 0.5;

/// What shares say, whatever else happened.
struct Shares<'a> {
    texts: u64,
    mentions: u64,
    positive: &'a AspectShare,
    negative: &'a AspectShare,
    difference: Option<f64>,
    q_value: Option<f64>,
    /// The positive share of all together; none where there are no others.
    all: Option<f64>,
}

impl Shares<'_> {
    fn fix(&self, config: &BrandConfig) -> Option<String> {
        let worse =
            self.difference.is_some_and(|difference| difference > 0.0) && self.q_value.is_some_and(|q| q <= CLEAR);
        if self.texts < config.least_texts || !(worse || low(self.negative) >= MOSTLY) {
            return None;
        }
        let mut reason = format!("{} are negative", self.counted(self.negative));
        if let (true, Some(difference), Some(q)) = (worse, self.difference, self.q_value) {
            let q = super::small(q);
            reason += &format!(", {difference:+.2} against the others (q {q})");
        }
        Some(reason + ".")
    }

    fn emphasise(&self, config: &BrandConfig) -> Option<String> {
        let low = low(self.positive);
        if self.texts < config.least_texts || low < MOSTLY || self.all.is_some_and(|all| low <= all) {
            return None;
        }
        let all = self.all.map_or_else(String::new, |all| format!(", of all together {all:.2}"));
        Some(format!("{} are positive{all}.", self.counted(self.positive)))
    }

    /// `41 of 90 mentions (0.46, 0.36 to 0.56)`.
    fn counted(&self, share: &AspectShare) -> String {
        let ends = share.interval.map_or_else(String::new, |ends| format!(", {:.2} to {:.2}", ends.low, ends.high));
        format!("{} of {} mentions ({:.2}{ends})", share.mentions, self.mentions, share.share)
    }
}

fn low(share: &AspectShare) -> f64 {
    share.interval.map_or(0.0, |interval| interval.low)
}

/// The findings on each aspect: all posts together, and about each brand where several are named.
pub(super) fn of_aspects(
    mentions: &Mentions,
    part: &AspectsPart,
    prepared: &Prepared,
    config: &BrandConfig,
) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let groups = part.brands.iter().map(|group| (Some(group.group.as_str()), &group.aspects));
    for (brand, aspects) in std::iter::once((None, &part.all)).chain(groups) {
        let place = brand.and_then(|brand| prepared.part.brands.iter().position(|named| named.name == brand));
        let sum = |of: &dyn Fn(&AspectSummary) -> u64| aspects.iter().map(of).sum::<u64>() as f64;
        let all = sum(&|one| one.positive.mentions) / sum(&|one| one.mentions);
        for summary in aspects {
            let mut lately = Vec::new();
            if let Some(calendar) = &prepared.calendar {
                let holds = |post: usize| place.is_none() || prepared.brands.get(post).copied().flatten() == place;
                let series = mentions.series(&summary.aspect, holds, calendar)?;
                lately = signals(&series, &line(&series, Exposure::Posts, config)?, calendar.recent);
            }
            let all = (aspects.len() > 1).then_some(all);
            let mut finding = of_aspect(summary, all, lately, config);
            finding.brand = brand.map(str::to_owned);
            finding.terms = mentions.words(&summary.aspect, place);
            found.push(finding);
        }
    }
    Ok(found)
}

fn of_aspect(summary: &AspectSummary, all: Option<f64>, signals: Vec<Signal>, config: &BrandConfig) -> Finding {
    let shares = Shares {
        texts: summary.texts,
        mentions: summary.mentions,
        positive: &summary.positive,
        negative: &summary.negative,
        difference: summary.difference,
        q_value: summary.q_value,
        all,
    };
    let mut more = None;
    let (verdict, reason) = if let Some(reason) = shares.fix(config) {
        (Verdict::Fix, reason)
    } else if !signals.is_empty() {
        (
            Verdict::Watch,
            format!("{} {} are negative.", told(&signals, "negative mentions"), shares.counted(shares.negative)),
        )
    } else if let Some(reason) = shares.emphasise(config) {
        (Verdict::Emphasise, reason)
    } else if let Some((wanted, reason)) = wanting(summary, &shares, config) {
        more = Some(wanted);
        (Verdict::NeedsMoreData, reason)
    } else {
        let positive = summary.positive.share;
        (
            Verdict::Watch,
            format!("{} are negative, {positive:.2} positive: neither side is clear.", shares.counted(shares.negative)),
        )
    };
    let quotes = match verdict {
        Verdict::Fix => summary.complaints.iter().chain(&[]),
        Verdict::Emphasise => summary.praise.iter().chain(&[]),
        _ => summary.complaints.iter().chain(&summary.praise),
    };
    let mut uids: Vec<String> = Vec::new();
    for quote in quotes {
        if !uids.contains(&quote.uid) {
            uids.push(quote.uid.clone());
        }
    }
    Finding {
        verdict,
        subject: Subject::Aspect(summary.aspect.clone()),
        brand: None,
        reason,
        posts: summary.texts,
        mentions: summary.mentions,
        positive: Some(summary.positive),
        negative: Some(summary.negative),
        q_value: summary.q_value,
        more,
        signals,
        terms: Vec::new(),
        uids,
    }
}

/// How many more mentions it takes, and why; none where there are enough.
fn wanting(summary: &AspectSummary, shares: &Shares<'_>, config: &BrandConfig) -> Option<(u64, String)> {
    let width = summary.mentions_for(config.half_width).map_or(0, |needed| needed.saturating_sub(summary.mentions));
    let texts = config.least_texts.saturating_sub(summary.texts);
    let more = width.max(texts);
    let reason = || {
        let target = config.half_width;
        let least = config.least_texts;
        format!(
            "{} are negative, of {} posts; some {more} more mentions would make it {least} posts and {target} to each side.",
            shares.counted(shares.negative),
            summary.texts
        )
    };
    (more > 0).then(|| (more, reason()))
}

/// The findings on topics of which there is more lately.
pub(super) fn of_topics(
    part: &TopicsPart,
    prepared: &Prepared,
    sentiment: Option<&SentimentPart>,
    config: &BrandConfig,
) -> Vec<Finding> {
    let Some(calendar) = &prepared.calendar else { return Vec::new() };
    let finding = |topic: &TopicPart| {
        let lately = signals(&calendar.all, topic.line.as_ref()?, calendar.recent);
        if lately.is_empty() {
            return None;
        }
        let all = sentiment.filter(|_| part.topics.len() > 1).map(|sentiment| sentiment.all.positive.share);
        let shares = topic.tone.as_ref().map(|tone| Shares {
            texts: topic.posts,
            mentions: topic.posts,
            positive: &tone.positive,
            negative: &tone.negative,
            difference: tone.difference,
            q_value: tone.q_value,
            all,
        });
        let happened = told(&lately, "posts");
        let fix = shares.as_ref().and_then(|shares| shares.fix(config));
        let emphasise = shares.as_ref().and_then(|shares| shares.emphasise(config));
        let (mut verdict, mut reason) = match (fix, emphasise) {
            (Some(reason), _) => (Verdict::Fix, format!("{happened} {reason}")),
            (None, Some(reason)) => (Verdict::Emphasise, format!("{happened} {reason}")),
            (None, None) => (Verdict::Watch, happened),
        };
        // What may be no topic at all is nothing to mend or to praise.
        if let Some(stability) = topic.stability.filter(|&stability| stability < DISSOLVED) {
            verdict = Verdict::Watch;
            reason += &format!(" Its terms are not found together again for sure (stability {stability:.2}).");
        }
        Some(Finding {
            verdict,
            subject: Subject::Topic(topic.name.clone()),
            brand: None,
            reason,
            posts: topic.posts,
            mentions: topic.posts,
            positive: topic.tone.as_ref().map(|tone| tone.positive),
            negative: topic.tone.as_ref().map(|tone| tone.negative),
            q_value: topic.tone.as_ref().and_then(|tone| tone.q_value),
            more: None,
            signals: lately,
            terms: topic.terms.iter().map(|term| term.term.clone()).collect(),
            uids: topic.quotes.iter().map(|quote| quote.uid.clone()).collect(),
        })
    };
    part.topics.iter().filter_map(finding).collect()
}

/// Signals in a sentence.
fn told(signals: &[Signal], of: &str) -> String {
    let one = |signal: &Signal| {
        let kind = match signal.kind {
            SignalKind::Burst => "a burst",
            SignalKind::Alert => "an alert",
            SignalKind::Rise => "a rise",
        };
        format!("{kind} of {of} from {} to before {} ({})", signal.from, signal.until, signal.hits)
    };
    format!("There is {}.", signals.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// Verdicts in their order; of one, all posts before brands, aspects before topics, then the one that most complain of.
pub(super) fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let complaints = |finding: &Finding| finding.negative.map_or(0, |share| share.mentions);
        let topic = |finding: &Finding| matches!(finding.subject, Subject::Topic(_));
        let first = |finding: &Finding| {
            (finding.verdict, finding.brand.is_some(), topic(finding), Reverse(complaints(finding)))
        };
        first(a).cmp(&first(b)).then_with(|| (&a.subject, &a.brand).cmp(&(&b.subject, &b.brand)))
    });
}
