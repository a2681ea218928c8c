//! A report for people: a terminal, or Markdown.

use std::fmt;

use plaudit_core::{Table, visible};
use plaudit_insight::{AspectGroup, AspectShare, AspectSummary};

use super::report::{BrandReport, Counted, Finding, KeyTerms, Line, Part, Subject, Tone, Verdict};

/// One part of what is shown.
enum Block {
    Heading(String),
    Text(String),
    Table(Vec<Vec<String>>),
    /// Said by a person.
    Quote(String),
    /// A table of another part of the project, as it prints itself.
    Figures(String),
}

impl fmt::Display for BrandReport {
    /// Tables for a terminal, the findings first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, block) in self.blocks().iter().enumerate() {
            match block {
                Block::Heading(heading) => {
                    let above = if place == 0 { "" } else { "\n" };
                    writeln!(f, "{above}{}\n{}", visible(heading), "-".repeat(heading.chars().count()))?;
                }
                Block::Text(text) => writeln!(f, "{}", visible(text))?,
                Block::Quote(quote) => writeln!(f, "    {}", visible(quote))?,
                Block::Figures(figures) => write!(f, "{figures}")?,
                Block::Table(rows) => {
                    let mut rows = rows.iter().cloned();
                    let mut table = Table::new(rows.next().unwrap_or_default());
                    rows.for_each(|row| table.push(row));
                    write!(f, "{table}")?;
                }
            }
        }
        Ok(())
    }
}

impl BrandReport {
    /// Returns the report as Markdown: what [`Display`](fmt::Display) prints, with every word of people's escaped.
    pub fn to_markdown(&self) -> String {
        let mut shown = String::new();
        for block in self.blocks() {
            match block {
                Block::Heading(heading) => shown += &format!("## {}\n\n", escaped(&heading)),
                Block::Text(text) => shown += &format!("{}\n\n", escaped(&text)),
                Block::Quote(quote) => shown += &format!("> {}\n\n", escaped(&quote)),
                // Indented, nothing in it is read as Markdown.
                Block::Figures(figures) => {
                    figures.lines().for_each(|line| shown += &format!("    {line}\n"));
                    shown.push('\n');
                }
                Block::Table(rows) => {
                    for (place, row) in rows.iter().enumerate() {
                        let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
                        shown += &format!("| {} |\n", cells.join(" | "));
                        if place == 0 {
                            shown += &format!("|{}\n", "---|".repeat(row.len()));
                        }
                    }
                    shown.push('\n');
                }
            }
        }
        shown
    }

    fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        self.of_findings(&mut blocks);
        self.of_posts(&mut blocks);
        if let Some(sentiment) = &self.sentiment {
            heading(&mut blocks, "Sentiment");
            let (positive, negative) = (sentiment.positive.join(", "), sentiment.negative.join(", "));
            text(&mut blocks, format!("Positive: {positive}. Negative: {negative}."));
            let rows = std::iter::once(&sentiment.all).chain(&sentiment.brands).chain(&sentiment.platforms);
            let head = ["", "posts", "positive", "interval", "negative", "interval", "net", "against others", "q"];
            table(&mut blocks, head, rows.map(tone_row));
        }
        self.of_time(&mut blocks);
        self.of_aspects(&mut blocks);
        self.of_terms(&mut blocks);
        self.of_topics(&mut blocks);
        for study in &self.launches {
            heading(&mut blocks, &format!("Launch {}", study.launch));
            blocks.push(Block::Figures(study.to_string()));
        }
        if let Some(influence) = &self.influence {
            heading(&mut blocks, "Influence");
            blocks.push(Block::Figures(influence.to_string()));
        }
        self.of_platforms(&mut blocks);
        heading(&mut blocks, "To know");
        self.notes.iter().for_each(|note| text(&mut blocks, note.clone()));
        for missing in &self.missing {
            text(&mut blocks, format!("{}: {}", part_name(missing.part), missing.reason));
        }
        blocks
    }

    fn of_findings(&self, blocks: &mut Vec<Block>) {
        heading(blocks, "Findings");
        if self.findings.is_empty() {
            text(blocks, "There is none.".to_owned());
        }
        for verdict in [Verdict::Fix, Verdict::Emphasise, Verdict::Watch, Verdict::NeedsMoreData] {
            let own: Vec<&Finding> = self.findings.iter().filter(|finding| finding.verdict == verdict).collect();
            for finding in own.iter().take(self.config.rows) {
                let (Subject::Aspect(name) | Subject::Topic(name)) = &finding.subject;
                let kind = if matches!(finding.subject, Subject::Aspect(_)) { "" } else { "topic " };
                let brand = finding.brand.as_ref().map_or_else(String::new, |brand| format!(" ({brand})"));
                text(blocks, format!("{}: {kind}{name}{brand}. {}", verdict_name(verdict), finding.reason));
            }
            if own.len() > self.config.rows {
                let more = own.len() - self.config.rows;
                text(blocks, format!("{}: {more} more.", verdict_name(verdict)));
            }
        }
    }

    fn of_posts(&self, blocks: &mut Vec<Block>) {
        heading(blocks, "Posts");
        let posts = &self.posts;
        blocks.push(Block::Figures(posts.cleaned.to_string()));
        if let (Some(from), Some(to)) = (posts.from, posts.to) {
            text(blocks, format!("From {from} to {to}; {} without a time.", posts.without_time));
        }
        text(blocks, format!("{} authors are named; {} posts name none.", posts.authors, posts.without_author));
        let row = |one: &Counted| vec![one.name.clone(), one.posts.to_string()];
        for (name, counts) in [("brand", &posts.brands), ("platform", &posts.platforms)] {
            if !counts.is_empty() {
                table(blocks, [name, "posts"], counts.iter().take(self.config.groups).map(row));
            }
        }
    }

    fn of_time(&self, blocks: &mut Vec<Block>) {
        let Some(time) = &self.time else { return };
        heading(blocks, "Time");
        let last = time.from.last().map_or("", String::as_str);
        text(blocks, format!("{} periods, the last from {last}.", time.from.len()));
        for (name, line) in
            [("posts", Some(&time.posts)), ("positive", time.positive.as_ref()), ("negative", time.negative.as_ref())]
        {
            line.into_iter().for_each(|line| line_blocks(blocks, name, line));
        }
        blocks.push(Block::Figures(time.seasons.to_string()));
    }

    fn of_aspects(&self, blocks: &mut Vec<Block>) {
        let Some(aspects) = &self.aspects else { return };
        heading(blocks, "Aspects");
        text(blocks, format!("{} posts mention one, in {} clauses.", aspects.posts, aspects.mentions));
        let head =
            ["aspect", "posts", "mentions", "positive", "interval", "negative", "interval", "against others", "q"];
        table(blocks, head, aspects.all.iter().map(aspect_row));
        for summary in &aspects.all {
            for quote in summary.complaints.iter().chain(&summary.praise) {
                let side = if quote.score < 0.0 { "complaint" } else { "praise" };
                let said = format!("{}, {side} ({}): {}", summary.aspect, quote.uid, quote.clause);
                blocks.push(Block::Quote(said));
            }
        }
        let top = |group: &AspectGroup| {
            let worst = group.aspects.iter().filter(|summary| summary.negative.mentions > 0).take(3);
            let worst: Vec<String> = worst.map(|one| format!("{} ({})", one.aspect, one.negative.mentions)).collect();
            vec![group.group.clone(), worst.join(", ")]
        };
        for (name, groups) in
            [("brand", &aspects.brands), ("platform", &aspects.platforms), ("period from", &aspects.periods)]
        {
            if !groups.is_empty() {
                table(blocks, [name, "most complaints"], groups.iter().map(top));
            }
        }
    }

    fn of_terms(&self, blocks: &mut Vec<Block>) {
        heading(blocks, "Terms");
        let terms =
            self.terms.terms.iter().map(|one| vec![one.term.clone(), one.documents.to_string(), one.count.to_string()]);
        table(blocks, ["term", "posts", "times"], terms);
        if !self.terms.phrases.is_empty() {
            let phrases = self.terms.phrases.iter();
            table(
                blocks,
                ["phrase", "times", "npmi"],
                phrases.map(|one| vec![one.text.clone(), one.count.to_string(), format!("{:.2}", one.npmi)]),
            );
        }
        if self.terms.positive.is_some() || self.terms.negative.is_some() {
            text(
                blocks,
                "By sentiment, the classifier's own words among them; words of the sentiment lexicon are left out:"
                    .to_owned(),
            );
            key_terms(blocks, self.terms.positive.iter().chain(&self.terms.negative));
        }
    }

    fn of_topics(&self, blocks: &mut Vec<Block>) {
        let Some(topics) = &self.topics else { return };
        heading(blocks, "Topics");
        let stability = number(topics.stability);
        text(
            blocks,
            format!("{} topics, stability {stability}; {} posts are on none.", topics.found, topics.without_topic),
        );
        let row = |topic: &super::TopicPart| {
            let negative = topic.tone.as_ref().map(|tone| tone.negative.share);
            let bursts = topic.line.as_ref().map_or(0, |line| line.bursts.len());
            vec![
                topic.name.clone(),
                topic.posts.to_string(),
                number(Some(topic.share)),
                number(topic.stability),
                number(negative),
                bursts.to_string(),
            ]
        };
        table(blocks, ["topic", "posts", "share", "stability", "negative", "bursts"], topics.topics.iter().map(row));
        for topic in &topics.topics {
            for quote in &topic.quotes {
                blocks.push(Block::Quote(format!("{} ({}): {}", topic.name, quote.uid, quote.text)));
            }
        }
    }

    fn of_platforms(&self, blocks: &mut Vec<Block>) {
        let Some(platforms) = &self.platforms else { return };
        heading(blocks, "Platforms");
        blocks.extend(platforms.rates.iter().map(|rates| Block::Figures(rates.to_string())));
        for (name, mix) in
            [("Sentiment", &platforms.sentiment), ("Kinds", &platforms.kinds), ("Topics", &platforms.topics)]
        {
            if let Some(mix) = mix {
                text(blocks, format!("{name}:"));
                blocks.push(Block::Figures(mix.to_string()));
            }
        }
        key_terms(blocks, platforms.terms.iter());
        if !platforms.distances.is_empty() {
            let row = |pair: &plaudit_insight::TermDistance| {
                let names = format!("{} against {}", pair.first, pair.second);
                [names].into_iter().chain([pair.corrected, pair.adjusted].map(|value| format!("{value:.3}"))).collect()
            };
            table(blocks, ["distance of terms", "bits", "p (Holm)"], platforms.distances.iter().map(row));
        }
    }
}

fn heading(blocks: &mut Vec<Block>, heading: &str) {
    blocks.push(Block::Heading(heading.to_owned()));
}

fn text(blocks: &mut Vec<Block>, text: String) {
    blocks.push(Block::Text(text));
}

fn table<const N: usize>(blocks: &mut Vec<Block>, head: [&str; N], rows: impl Iterator<Item = Vec<String>>) {
    let head = head.map(str::to_owned).to_vec();
    blocks.push(Block::Table(std::iter::once(head).chain(rows).collect()));
}

fn line_blocks(blocks: &mut Vec<Block>, name: &str, line: &Line) {
    let segments = line.changes.segments.iter();
    let row = |one: &plaudit_insight::Segment| {
        vec![one.from.clone(), one.until.clone(), one.hits.to_string(), format!("{:.3}", one.rate)]
    };
    table(blocks, [&format!("{name} from"), "until", "number", "rate"], segments.map(row));
    if let Some(trend) = &line.trend {
        text(blocks, format!("Trend of {name}: {:+.4} a period (p {:.3}).", trend.slope, trend.p_value));
    }
    for alert in &line.alerts.alerts {
        let (from, until, hits, expected) = (&alert.from, &alert.until, alert.hits, alert.expected);
        text(blocks, format!("Alert, {name}: {hits} from {from} to before {until}, {expected:.1} expected."));
    }
    for burst in &line.bursts {
        let (from, until, hits, posts) = (&burst.from, &burst.until, burst.hits, burst.posts);
        text(blocks, format!("Burst, {name}: {hits} of {posts} posts from {from} to before {until}."));
    }
}

fn key_terms<'a>(blocks: &mut Vec<Block>, groups: impl Iterator<Item = &'a KeyTerms>) {
    let rows = groups.flat_map(|group| {
        group.terms.iter().map(move |term| {
            let numbers = [term.inside.to_string(), term.outside.to_string(), super::small(term.q_value)];
            [group.group.clone(), term.term.clone()].into_iter().chain(numbers).collect()
        })
    });
    table(blocks, ["of", "term", "inside", "outside", "q"], rows);
}

fn shares(share: &AspectShare) -> [String; 2] {
    let ends = share.interval.map_or_else(|| "-".to_owned(), |ends| format!("{:.2} to {:.2}", ends.low, ends.high));
    [format!("{:.2}", share.share), ends]
}

fn tone_row(tone: &Tone) -> Vec<String> {
    let ([positive, of_positive], [negative, of_negative]) = (shares(&tone.positive), shares(&tone.negative));
    let net = number(tone.net.map(|net| net.value));
    let (difference, q) = (number(tone.difference), q_value(tone.q_value));
    vec![tone.name.clone(), tone.posts.to_string(), positive, of_positive, negative, of_negative, net, difference, q]
}

fn aspect_row(one: &AspectSummary) -> Vec<String> {
    let ([positive, of_positive], [negative, of_negative]) = (shares(&one.positive), shares(&one.negative));
    let counts = [one.texts.to_string(), one.mentions.to_string(), positive, of_positive, negative, of_negative];
    let tests = [number(one.difference), q_value(one.q_value)];
    [one.aspect.clone()].into_iter().chain(counts).chain(tests).collect()
}

fn q_value(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), super::small)
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

pub(super) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fix => "Fix",
        Verdict::Emphasise => "Emphasise",
        Verdict::Watch => "Watch",
        Verdict::NeedsMoreData => "Needs more data",
    }
}

pub(super) fn part_name(part: Part) -> &'static str {
    match part {
        Part::Sentiment => "Sentiment",
        Part::Time => "Time",
        Part::Aspects => "Aspects",
        Part::Terms => "Terms",
        Part::Topics => "Topics",
        Part::Launches => "Launches",
        Part::Influence => "Influence",
        Part::Platforms => "Platforms",
    }
}

/// A text in which Markdown and HTML see nothing of their own.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '<' => shown += "&lt;",
            '>' => shown += "&gt;",
            '&' => shown += "&amp;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '@' => shown.extend(['\\', character]),
            _ => shown.push(character),
        }
    }
    // What would begin a list, a heading or a line.
    let digits = shown.bytes().take_while(u8::is_ascii_digit).count();
    match shown.as_bytes().get(digits) {
        Some(b'-' | b'+' | b'=') if digits == 0 => shown.insert(0, '\\'),
        Some(b'.' | b')') if digits > 0 => shown.insert(digits, '\\'),
        _ => {}
    }
    shown
}
