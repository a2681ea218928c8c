//! The parts of the page, in its order.

use std::fmt::Write;

use plaudit_insight::{AspectSummary, EventStudy, Finding as Claim, Measure, Season};

use super::{Page, Text, charts, figure, percent, percent_within, small, subject_name, verdict_name};
use crate::brand::shown::part_name;
use crate::brand::{BrandReport, Finding, KeyTerms, Line, SignalKind, Subject, Tone, Verdict};
use crate::plots;

pub(super) fn posts(page: &mut Page, report: &BrandReport) {
    let posts = &report.posts;
    let span = match (posts.from, posts.to) {
        (Some(from), Some(to)) => {
            let [from, to] = [from, to].map(|time| time.to_string().chars().take(10).collect::<String>());
            format!(", {from} to {to}")
        }
        _ => String::new(),
    };
    let platforms = match posts.platforms.len() {
        0 => String::new(),
        1 => " on 1 platform".to_owned(),
        many => format!(" on {many} platforms"),
    };
    let cleaned = &posts.cleaned;
    page.paragraph(format!(
        "{} posts{platforms}{span}. {} were given; {} say nothing or repeat another and are left out.",
        cleaned.kept,
        cleaned.posts,
        cleaned.posts.saturating_sub(cleaned.kept)
    ));
    for note in &report.notes {
        page.paragraph(note);
    }
}

pub(super) fn findings(page: &mut Page, report: &BrandReport) {
    page.heading("findings", "What follows");
    if report.findings.is_empty() {
        page.paragraph("Nothing follows: there is no aspect and no topic of which enough is said.");
        return;
    }
    let (wanting, known): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.verdict == Verdict::NeedsMoreData);
    if known.is_empty() {
        page.paragraph("Nothing follows yet: of no aspect and no topic enough is said.");
    } else {
        page.0.push_str("<ul class=\"findings\">\n");
        known.iter().for_each(|finding| card(page, finding));
        page.0.push_str("</ul>\n");
    }
    if wanting.is_empty() {
        return;
    }
    // Many, and each says the same: a table for who looks for one.
    let name = verdict_name(Verdict::NeedsMoreData);
    let _ =
        writeln!(page, "<details><summary>{name}: {}, of which too little is said to tell</summary>", wanting.len());
    page.table(
        ["", "brand", "posts", "mentions", "negative", "more mentions wanted"],
        wanting.iter().map(|finding| {
            [
                subject_name(&finding.subject).to_owned(),
                finding.brand.clone().unwrap_or_else(|| "all".to_owned()),
                finding.posts.to_string(),
                finding.mentions.to_string(),
                finding.negative.map_or_else(String::new, |share| percent_within(share.share, share.interval)),
                finding.more.map_or_else(String::new, |more| more.to_string()),
            ]
        }),
    );
    page.0.push_str("</details>\n");
}

fn card(page: &mut Page, finding: &Finding) {
    let class = match finding.verdict {
        Verdict::Fix => "fix",
        Verdict::Emphasise => "emphasise",
        Verdict::Watch => "watch",
        Verdict::NeedsMoreData => "",
    };
    let brand = finding.brand.as_deref().map_or_else(String::new, |brand| format!(" ({brand})"));
    let title = format!("{}{brand}", subject_name(&finding.subject));
    let _ = writeln!(
        page,
        "<li class=\"{class}\"><span class=\"verdict\">{}</span><h3>{}</h3>",
        verdict_name(finding.verdict),
        Text(&title)
    );
    page.paragraph(&finding.reason);
    // Where signals make the verdict, the reason tells them.
    let told = finding.verdict == Verdict::Watch || matches!(finding.subject, Subject::Topic(_));
    for signal in finding.signals.iter().filter(|_| !told) {
        let what = match signal.kind {
            SignalKind::Burst => "far more than usual",
            SignalKind::Alert => "far more than was expected",
            SignalKind::Rise => "more than before, and it stayed",
        };
        page.paragraph(format!("{} to {}: {what} ({}).", signal.from, signal.until, signal.hits));
    }
    let terms = finding.terms.join(", ");
    let uids = finding.uids.join(", ");
    let _ = writeln!(
        page,
        "<p class=\"small\">{} posts, {} mentions. Said as: {}.</p><details><summary class=\"small\">Posts that show it</summary>\
         <p class=\"small\">{}</p></details></li>",
        finding.posts,
        finding.mentions,
        Text(&terms),
        Text(&uids)
    );
}

fn tones(page: &mut Page, heading: &str, tones: &[Tone]) {
    page.table(
        [heading, "posts", "positive", "negative", "negative against others"],
        tones.iter().map(|tone| {
            let q = tone.q_value.map_or_else(String::new, |q| format!(", q {}", small(q)));
            let difference =
                tone.difference.map_or_else(String::new, |points| format!("{:+.0} points{q}", 100.0 * points));
            [
                tone.name.clone(),
                tone.posts.to_string(),
                percent_within(tone.positive.share, tone.positive.interval),
                percent_within(tone.negative.share, tone.negative.interval),
                difference,
            ]
        }),
    );
}

pub(super) fn sentiment(page: &mut Page, report: &BrandReport) {
    let Some(sentiment) = &report.sentiment else { return };
    page.heading("sentiment", "How people speak");
    tones(page, "", std::slice::from_ref(&sentiment.all));
    if sentiment.brands.len() > 1 {
        tones(page, "brand", &sentiment.brands);
    }
    if sentiment.platforms.len() > 1 {
        tones(page, "platform", &sentiment.platforms);
    }
}

pub(super) fn time(page: &mut Page, report: &BrandReport) {
    let Some(time) = &report.time else { return };
    page.heading("time", "When");
    for picture in [charts::timeline(time), charts::shares(time)].into_iter().flatten() {
        page.picture(&picture.svg);
    }
    told(page, "Posts", &time.posts, false);
    if let Some(negative) = &time.negative {
        told(page, "Negative posts", negative, true);
    }
    for (what, season) in [("Days of the week", &time.seasons.week), ("Parts of a year", &time.seasons.period)] {
        seasons(page, what, season);
    }
}

/// Whether parts of a cycle differ; their numbers where one test says so.
fn seasons(page: &mut Page, what: &str, season: &Season) {
    match season {
        Season::NotIdentifiable { weeks, needed } => page.paragraph(format!(
            "{what}: not known yet. There are {weeks} whole weeks, and it takes {needed} to tell a season from what happened once."
        )),
        Season::Measured { volume, shares, phases } => {
            let tests = [("the number of posts", volume), ("how people speak", shares)];
            let tests = tests.map(|(of, test)| format!("{of}: p {}", small(test.p_value)));
            page.paragraph(format!("{what} differ in {}, in {}.", tests[0], tests[1]));
            if volume.p_value.min(shares.p_value) <= 0.05 {
                page.table(
                    ["", "posts a day", "positive", "negative"],
                    phases.iter().map(|phase| {
                        let share = |label: usize| {
                            let share = phase.shares.get(label).filter(|_| phase.shares.len() > 1);
                            share.map_or_else(String::new, |&share| {
                                percent_within(share, phase.intervals.get(label).copied())
                            })
                        };
                        let a_day = format!("{:.1}", phase.texts as f64 / phase.days.max(1) as f64);
                        [phase.name.clone(), a_day, share(0), share(1)]
                    }),
                );
            }
        }
        _ => {}
    }
}

/// Changes, trend and alerts of a line, in words.
fn told(page: &mut Page, what: &str, line: &Line, shares: bool) {
    let rate = |rate: f64| if shares { percent(rate) } else { format!("{rate:.1} a day") };
    let pairs = line.changes.segments.iter().zip(line.changes.segments.iter().skip(1));
    let changes: Vec<String> = pairs
        .map(|(before, after)| format!("{} ({} to {})", after.from, rate(before.rate), rate(after.rate)))
        .collect();
    let changes = if changes.is_empty() { "no change was found".to_owned() } else { changes.join(", ") };
    let trend = line.trend.as_ref().map_or_else(String::new, |trend| {
        let word = match trend.slope {
            _ if trend.p_value > 0.05 => "no clear trend",
            slope if slope > 0.0 => "a rise on the whole",
            _ => "a fall on the whole",
        };
        format!("; {word} (p {})", small(trend.p_value))
    });
    page.paragraph(format!("{what}: changes: {changes}{trend}."));
    if !line.alerts.alerts.is_empty() {
        page.table(
            ["from", "until", "posts", "expected", "severity"],
            line.alerts.alerts.iter().map(|alert| {
                let figures =
                    [alert.hits.to_string(), format!("{:.1}", alert.expected), format!("{:.1}", alert.severity)];
                let [hits, expected, severity] = figures;
                [alert.from.clone(), alert.until.clone(), hits, expected, severity]
            }),
        );
    }
}

pub(super) fn aspects(page: &mut Page, report: &BrandReport) {
    let Some(aspects) = &report.aspects else { return };
    page.heading("aspects", "What they speak of");
    page.paragraph(format!(
        "{} clauses of {} posts mention an aspect; {} of them are positive, {} negative.",
        aspects.mentions,
        aspects.posts,
        percent(aspects.positive),
        percent(aspects.negative)
    ));
    page.picture(&plots::aspects(&aspects.all).svg);
    for summary in &aspects.all {
        quotes(page, summary);
    }
    for (what, groups) in
        [("brand", &aspects.brands), ("platform", &aspects.platforms), ("period, from", &aspects.periods)]
    {
        if !groups.is_empty() {
            let rows = groups.iter().flat_map(|group| {
                let most = group.aspects.iter().filter(|summary| summary.negative.mentions > 0).take(3);
                most.map(|summary| {
                    let negative = percent_within(summary.negative.share, summary.negative.interval);
                    [group.group.clone(), summary.aspect.clone(), summary.texts.to_string(), negative]
                })
            });
            let _ = writeln!(page, "<h3>Most complaints by {what}</h3>");
            page.table([what, "aspect", "posts", "negative"], rows);
        }
    }
}

fn quotes(page: &mut Page, summary: &AspectSummary) {
    let _ = writeln!(page, "<details><summary>{}: quotes</summary>", Text(&summary.aspect));
    for (name, quotes) in [("Complaints", &summary.complaints), ("Praise", &summary.praise)] {
        if !quotes.is_empty() {
            let _ = writeln!(page, "<h3>{name}</h3>");
            quotes.iter().for_each(|quote| page.quote(&quote.uid, &quote.clause));
        }
    }
    page.0.push_str("</details>\n");
}

pub(super) fn topics(page: &mut Page, report: &BrandReport) {
    let Some(topics) = &report.topics else { return };
    page.heading("topics", "Topics");
    page.paragraph(format!(
        "{} topics; stability {} (1 where drawing posts again gives the same, 0 where it is chance; a topic below 0.5 may be none).",
        topics.found,
        figure(topics.stability)
    ));
    page.table(
        ["topic", "terms", "posts", "stability", "negative"],
        topics.topics.iter().map(|topic| {
            let terms: Vec<&str> = topic.terms.iter().take(8).map(|term| term.term.as_str()).collect();
            let negative = topic.tone.as_ref().map(|tone| percent_within(tone.negative.share, tone.negative.interval));
            [
                topic.name.clone(),
                terms.join(", "),
                format!("{} ({})", topic.posts, percent(topic.share)),
                figure(topic.stability),
                negative.unwrap_or_default(),
            ]
        }),
    );
    for topic in topics.topics.iter().filter(|topic| !topic.quotes.is_empty()) {
        let _ = writeln!(page, "<details><summary>{}: posts</summary>", Text(&topic.name));
        topic.quotes.iter().for_each(|quote| page.quote(&quote.uid, &quote.text));
        page.0.push_str("</details>\n");
    }
}

pub(super) fn terms(page: &mut Page, report: &BrandReport) {
    let terms = &report.terms;
    if terms.terms.is_empty() {
        return;
    }
    page.heading("terms", "Terms and phrases");
    page.table(
        ["term", "posts", "times"],
        terms.terms.iter().map(|term| [term.term.clone(), term.documents.to_string(), term.count.to_string()]),
    );
    if !terms.phrases.is_empty() {
        page.table(
            ["phrase", "times", "NPMI"],
            terms
                .phrases
                .iter()
                .map(|phrase| [phrase.text.clone(), phrase.count.to_string(), format!("{:.2}", phrase.npmi)]),
        );
    }
    let groups = [("Said more in positive posts", &terms.positive), ("Said more in negative posts", &terms.negative)];
    for (title, group) in groups.into_iter().filter_map(|(title, group)| Some((title, group.as_ref()?))) {
        key_terms(page, title, group);
    }
}

fn key_terms(page: &mut Page, title: &str, group: &KeyTerms) {
    let _ = writeln!(page, "<h3>{}</h3>", Text(title));
    if group.terms.is_empty() {
        page.paragraph("No term stands out.");
        return;
    }
    page.table(
        ["term", "posts here", "elsewhere", "q"],
        group
            .terms
            .iter()
            .map(|term| [term.term.clone(), term.inside.to_string(), term.outside.to_string(), small(term.q_value)]),
    );
}

pub(super) fn launches(page: &mut Page, report: &BrandReport) {
    if report.launches.is_empty() {
        return;
    }
    page.heading("launches", "Launches");
    for launch in &report.launches {
        study(page, launch);
    }
}

fn study(page: &mut Page, launch: &EventStudy) {
    let _ = writeln!(page, "<h3>{}</h3>", Text(&launch.launch.to_string()));
    page.paragraph(format!(
        "{} posts in the {} days before, {} in as many after.",
        launch.posts_before, launch.days, launch.posts_after
    ));
    let measures = [
        ("positive posts a day", &launch.positive.quantity),
        ("how strongly positive", &launch.positive.intensity),
        ("negative posts a day", &launch.negative.quantity),
        ("how strongly negative", &launch.negative.intensity),
    ];
    page.table(
        ["", "before", "after", "finding"],
        measures.map(|(name, measure)| match measure {
            Measure::Measured(change) => {
                let finding = match change.finding {
                    Some(Claim::Rise) => "more",
                    Some(Claim::Fall) => "less",
                    _ => "no clear change",
                };
                let [before, after] = [change.before, change.after].map(|value| format!("{value:.2}"));
                [name.to_owned(), before, after, finding.to_owned()]
            }
            Measure::NotIdentifiable { reason } => [name.to_owned(), String::new(), String::new(), reason.to_string()],
            _ => [name.to_owned(), String::new(), String::new(), String::new()],
        }),
    );
}

pub(super) fn influence(page: &mut Page, report: &BrandReport) {
    let Some(influence) = &report.influence else { return };
    page.heading("influence", "Influence");
    page.paragraph(
        "Volume is the share of posts; rank is where a post's engagement stands among posts of its platform, kind and month (0.5 is typical); \
         reach is volume times rank, and net influence that times net sentiment.",
    );
    page.table(
        ["brand", "posts", "volume", "rank", "net sentiment", "reach", "net influence"],
        influence.brands.iter().map(|brand| {
            [
                brand.brand.clone(),
                brand.posts.to_string(),
                percent_within(brand.volume, brand.volume_interval),
                figure(brand.rank),
                figure(brand.sentiment.map(|sentiment| sentiment.value)),
                figure(brand.reach_influence),
                figure(brand.net_influence),
            ]
        }),
    );
}

pub(super) fn platforms(page: &mut Page, report: &BrandReport) {
    let Some(platforms) = &report.platforms else { return };
    page.heading("platforms", "Platforms");
    let mixes =
        [("sentiment", &platforms.sentiment), ("kinds of content", &platforms.kinds), ("topics", &platforms.topics)];
    for (what, mix) in mixes.into_iter().filter_map(|(what, mix)| Some((what, mix.as_ref()?))) {
        let p = mix.p_value.map_or_else(|| "not tested".to_owned(), |p| format!("p {}", small(p)));
        page.paragraph(format!("Platforms differ in {what}: {p}, Cramer's V {}.", figure(mix.cramers_v)));
    }
    if let Some(rates) = &platforms.rates {
        page.table(
            ["platform", "posts", "authors", "engagement a person (median)"],
            rates.platforms.iter().map(|rate| {
                let median = rate.median.map_or_else(|| "-".to_owned(), |median| format!("{median:.4}"));
                [rate.platform.clone(), rate.posts.to_string(), rate.authors.to_string(), median]
            }),
        );
    }
    for group in &platforms.terms {
        key_terms(page, &format!("What {} speaks of", group.group), group);
    }
}

pub(super) fn made(page: &mut Page, report: &BrandReport) {
    page.heading("made", "How this was made, and what is missing");
    for missing in &report.missing {
        page.paragraph(format!("{}: {}", part_name(missing.part), missing.reason));
    }
    let removed = &report.posts.cleaned.removed;
    if !removed.is_empty() {
        page.table(
            ["left out because", "posts"],
            removed.iter().map(|(reason, removed)| [reason.to_string(), removed.posts.to_string()]),
        );
    }
    page.paragraph(format!("Seed {}, intervals of {} %.", report.config.seed, 100.0 * report.config.level));
}
