//! Pictures of plain, extreme and hostile data.

use plaudit_core::{Epoch, Labels};
use plaudit_insight::{
    AlertConfig, AspectConfig, AspectMention, AspectSummary, ChangeConfig, Series, alerts, aspect_sentiment,
    change_points,
};
use plaudit_metrics::{ConfusionMatrix, PrCurve, RiskCoverage, RocCurve, Scored, pr_curve, roc_curve};
use plaudit_promotion::reactions::{Baseline, Polarity, PostReactions, Reactions, ReactionsConfig, Valence};
use plaudit_promotion::{
    DivisionCounts, DivisionVerdict, PaperRule, Policy, Reason, Share, Side, Survey, Verdict, Verdicts,
};
use plaudit_stats::{Stream, wilson};
use proptest::prelude::*;

use super::*;

/// Names that break a document, a table or a layout.
const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "a\"b'c & d > e",
    "tab\tline\nbreak\u{0}\u{1b}[31m",
    "=HYPERLINK(\"http://x\",\"y\")",
    "\u{202E}right to left",
    "]]>&#0;&amp;",
    "图书馆的服务态度非常好,下次还来",
    "the reading room of the central library of the university, second floor, by the windows to the garden 2",
];

fn names(count: usize) -> Labels {
    const SHORT: [&str; 12] = [
        "Good", "Average", "Neutral", "Poor", "joy", "anger", "sadness", "fear", "surprise", "disgust", "trust", "hope",
    ];
    Labels::new(SHORT.into_iter().take(count)).unwrap()
}

/// Texts of a classifier that is right more often than not.
fn scored(labels: Labels, texts: usize, skill: f64) -> Scored {
    let mut stream = Stream::new(7, "plots", 0);
    let width = labels.len();
    let (mut truth, mut probabilities) = (Vec::new(), Vec::new());
    for _ in 0..texts {
        let own = stream.below((width * (width + 1) / 2) as u64) as usize;
        let own = (0..width).find(|label| own < (label + 1) * (label + 2) / 2).unwrap();
        let mut scores: Vec<f64> = (0..width).map(|_| stream.normal()).collect();
        scores[own] += skill;
        let sum: f64 = scores.iter().map(|score| score.exp()).sum();
        truth.push(own);
        probabilities.extend(scores.iter().map(|score| score.exp() / sum));
    }
    Scored::new(labels, truth, probabilities).unwrap()
}

fn rocs(scored: &Scored) -> Vec<RocCurve> {
    (0..scored.labels().len()).filter_map(|label| roc_curve(scored, label)).collect()
}

fn prs(scored: &Scored) -> Vec<PrCurve> {
    (0..scored.labels().len()).filter_map(|label| pr_curve(scored, label)).collect()
}

fn risks(scored: &Scored) -> RiskCoverage {
    plaudit_metrics::risk_coverage(scored)
}

fn risk_points(points: &[(f64, f64)]) -> RiskCoverage {
    let mut curve = risks(&scored(names(2), points.len(), 1.0));
    curve.points.iter_mut().zip(points).for_each(|(point, &(x, y))| (point.coverage, point.risk) = (x, y));
    curve
}

fn epochs(count: usize) -> Vec<Epoch> {
    let (mut lowest, mut stream) = (f64::INFINITY, Stream::new(7, "epochs", 0));
    (1..=count)
        .map(|number| {
            let t = number as f64 / 6.0;
            let mut epoch = Epoch::new(number, count);
            epoch.train_loss = 1.4 * (-t).exp() + 0.08 + 0.01 * stream.normal();
            epoch.valid_loss = 1.1 * (-t).exp() + 0.35 + 0.03 * t + 0.02 * stream.normal();
            epoch.valid_accuracy = 0.86 - 0.4 * (-t).exp() + 0.005 * stream.normal();
            epoch.valid_macro_f1 = epoch.valid_accuracy - 0.03;
            epoch.best = epoch.valid_loss < lowest;
            lowest = lowest.min(epoch.valid_loss);
            epoch
        })
        .collect()
}

fn survey(divisions: usize) -> Survey {
    const NAMES: [&str; 6] = [
        "Library",
        "Accounts",
        "Admission office",
        "Registrar",
        "计算机科学与工程系",
        "International students' housing",
    ];
    let mut stream = Stream::new(7, "survey", 0);
    let divisions = (0..divisions).map(|place| {
        let name = if place < 6 { NAMES[place].to_owned() } else { format!("Department {place}") };
        let tilt = stream.below(120);
        let counts = [20 + tilt, 20, 15, 125 - tilt].map(|most| stream.below(most + 1));
        DivisionCounts::new(name, counts)
    });
    Survey::new(Labels::dpms(), divisions.collect()).unwrap()
}

fn posts(count: usize) -> Reactions {
    let mut stream = Stream::new(7, "posts", 0);
    let kinds = [("like", 200), ("love", 90), ("care", 30), ("wow", 20), ("haha", 50), ("sad", 40), ("angry", 80)];
    let labels = ["Good", "Average", "Neutral", "Poor"];
    let post = |place: usize| {
        let counts = kinds.map(|(name, most)| (name, stream.below(most)));
        PostReactions::new(format!("{:02} the new opening hours of the library", place + 1), labels[place % 4], counts)
    };
    Reactions::new((0..count).map(post).collect()).unwrap()
}

fn periods(count: usize, labels: &Labels) -> Vec<Period> {
    let mut stream = Stream::new(7, "periods", 0);
    let period = |place: usize| {
        let counts: Vec<u64> = (0..labels.len()).map(|label| 10 + stream.below(30 * (label as u64 + 1))).collect();
        let n: u64 = counts.iter().sum();
        let share = |(label, &count): (&str, &u64)| {
            let mut share = Share::new(label, count, count as f64 / n as f64);
            share.interval = wilson(count, n, 0.95);
            share
        };
        let shares = labels.iter().zip(&counts).map(share).collect();
        Period::new(format!("{}-{:02}", 2023 + place / 12, place % 12 + 1), n, shares)
    };
    (0..count).map(period).collect()
}

fn plots_of(data: &Reactions, valence: &Valence) -> Picture {
    reactions(data, valence).unwrap()
}

fn hostile_reactions() -> (Reactions, Valence) {
    let labels = hostile_labels();
    let mut valence = Valence::default();
    valence.ambiguous.clear();
    valence.reactions = labels.iter().map(|name| (name.to_owned(), Polarity::Positive)).collect();
    let posts = labels.iter().map(|name| PostReactions::new(name, name, labels.iter().map(|name| (name, 3))));
    (Reactions::new(posts.collect()).unwrap(), valence)
}

fn reduction_plot(data: &Reactions, valence: &Valence, baseline: Baseline, spreads: &[f64]) -> Picture {
    let mut config = ReactionsConfig::default();
    (config.valence, config.baseline, config.draws) = (valence.clone(), baseline, 1_000);
    config.spreads = spreads.to_vec();
    reductions(&config.report(data).unwrap())
}

/// Labels with a post or more each, some of them far above the others.
fn many_labels(count: usize) -> Reactions {
    let mut stream = Stream::new(7, "labels", 0);
    let post = |place: usize| {
        let counts = [
            ("like", 20 + stream.below(400)),
            ("angry", 1 + stream.below(if place.is_multiple_of(7) { 400 } else { 30 })),
        ];
        PostReactions::new(format!("p{place}"), format!("division {}", place % count), counts)
    };
    Reactions::new((0..3 * count).map(post).collect()).unwrap()
}

fn hostile_labels() -> Labels {
    Labels::new(
        HOSTILE
            .iter()
            .map(|name| name.replace(char::is_control, "?"))
            .map(|name| name.chars().take(100).collect::<String>()),
    )
    .unwrap()
}

/// Every picture of plain, small, large and hostile data, with a name for each.
fn gallery() -> Vec<(&'static str, Picture)> {
    let four = scored(names(4), 900, 2.0);
    let two = scored(names(2), 400, 1.2);
    let twelve = scored(names(12), 4_000, 2.5);
    let many = scored(Labels::new((0..40).map(|k| format!("label {k}"))).unwrap(), 3_000, 3.0);
    let long = scored(hostile_labels(), 2_000, 2.0);
    let large = scored(names(2), 200_000, 1.0);
    let policy = |divisions| Policy::default().decide(&survey(divisions)).unwrap();
    let mut outage = periods(18, &Labels::polarity());
    outage[7].shares.clear();
    outage[9].shares.clear();
    let plain = |reactions: &Reactions| plots_of(reactions, &Valence::default());
    let (hostile_posts, hostile_valence) = hostile_reactions();
    let no_reaction = Reactions::new(vec![PostReactions::new("a", "b", [("like", 0)])]).unwrap();
    vec![
        ("confusion_4", confusion_matrix(&four.confusion())),
        ("confusion_2", confusion_matrix(&two.confusion())),
        ("confusion_12", confusion_matrix(&twelve.confusion())),
        ("confusion_40", confusion_matrix(&many.confusion())),
        ("confusion_long", confusion_matrix(&long.confusion())),
        ("confusion_large", confusion_matrix(&large.confusion())),
        ("confusion_none", confusion_matrix(&ConfusionMatrix::new(names(3)))),
        ("confusion_1", confusion_matrix(&ConfusionMatrix::from_pairs(names(1), &[0], &[0]).unwrap())),
        ("roc_4", roc(&rocs(&four))),
        ("roc_12", roc(&rocs(&twelve))),
        ("roc_40", roc(&rocs(&many))),
        ("roc_long", roc(&rocs(&long))),
        ("roc_large", roc(&rocs(&large))),
        ("roc_perfect", roc(&rocs(&scored(names(3), 90, 300.0)))),
        ("roc_none", roc(&[])),
        ("pr_4", precision_recall(&prs(&four))),
        ("pr_12", precision_recall(&prs(&twelve))),
        ("pr_long", precision_recall(&prs(&long))),
        ("pr_large", precision_recall(&prs(&large))),
        ("pr_none", precision_recall(&[])),
        ("reliability_4", reliability(&plaudit_metrics::reliability(&four, None, 15))),
        ("reliability_2", reliability(&plaudit_metrics::reliability(&two, Some(0), 10))),
        ("reliability_large", reliability(&plaudit_metrics::reliability(&large, None, 15))),
        ("reliability_none", reliability(&plaudit_metrics::reliability(&scored(names(2), 0, 1.0), None, 15))),
        ("risk_4", risk_coverage(&risks(&four))),
        ("risk_large", risk_coverage(&risks(&large))),
        ("risk_one", risk_coverage(&risk_points(&[(1.0, 0.0)]))),
        ("risk_none", risk_coverage(&risk_points(&[]))),
        ("learning_25", learning_curve(&epochs(25))),
        ("learning_1", learning_curve(&epochs(1))),
        ("learning_3", learning_curve(&epochs(3))),
        ("learning_1000", learning_curve(&epochs(1_000))),
        ("learning_none", learning_curve(&[])),
        ("verdicts_6", verdicts(&policy(6))),
        ("verdicts_1", verdicts(&policy(1))),
        ("verdicts_40", verdicts(&policy(40))),
        ("verdicts_paper", verdicts(&PaperRule::default().decide(&survey(5)).unwrap())),
        ("verdicts_none", verdicts(&Verdicts::new(Labels::dpms(), vec![]))),
        ("reactions_dpms", plain(&Reactions::dpms())),
        ("reactions_1", plain(&posts(1))),
        ("reactions_30", plain(&posts(30))),
        ("reactions_101", plain(&posts(101))),
        ("reactions_hostile", plots_of(&hostile_posts, &hostile_valence)),
        ("reactions_none", plain(&no_reaction)),
        ("reductions_dpms", reduction_plot(&Reactions::dpms(), &Valence::default(), Baseline::Uniform, &[1.0, 2.0])),
        ("reductions_30", reduction_plot(&posts(30), &Valence::default(), Baseline::Uniform, &[1.0, 2.0])),
        ("reductions_12", reduction_plot(&many_labels(12), &Valence::default(), Baseline::Share(0.02), &[1.0])),
        ("reductions_60", reduction_plot(&many_labels(60), &Valence::default(), Baseline::Pooled, &[0.5; 16])),
        ("reductions_hostile", reduction_plot(&hostile_posts, &hostile_valence, Baseline::Share(0.5), &[1.0])),
        ("reductions_1_none", reduction_plot(&posts(1), &Valence::default(), Baseline::Uniform, &[1.0])),
        ("reductions_none", reduction_plot(&no_reaction, &Valence::default(), Baseline::Share(0.5), &[])),
        ("prevalence_12", prevalence(&periods(12, &Labels::polarity()))),
        ("prevalence_18", prevalence(&outage)),
        ("prevalence_1", prevalence(&periods(1, &Labels::dpms()))),
        ("prevalence_60", prevalence(&periods(60, &names(7)))),
        ("prevalence_long", prevalence(&periods(8, &hostile_labels()))),
        ("prevalence_none", prevalence(&[])),
        ("aspects_12", aspects(&spoken_of(&AspectNames::plain(12)))),
        ("aspects_100", aspects(&spoken_of(&AspectNames::plain(100)))),
        ("aspects_hostile", aspects(&spoken_of(&AspectNames::hostile()))),
        ("aspects_none", aspects(&[])),
        ("timeline_120", over_time(120, "negative")),
        ("timeline_1", over_time(1, "negative")),
        ("timeline_3000", over_time(3_000, HOSTILE[0])),
    ]
}

struct AspectNames;

impl AspectNames {
    fn plain(count: usize) -> Vec<String> {
        (0..count).map(|k| format!("aspect {k}")).collect()
    }

    fn hostile() -> Vec<String> {
        HOSTILE.map(str::to_owned).to_vec()
    }
}

/// Aspects of which the first have more mentions.
fn spoken_of(names: &[String]) -> Vec<AspectSummary> {
    let mut stream = Stream::new(5, "aspects", 0);
    let uids: Vec<String> = (0..1_500).map(|k| k.to_string()).collect();
    let mentions: Vec<AspectMention<'_>> = uids
        .iter()
        .map(|uid| {
            let aspect = stream.below(names.len() as u64).min(stream.below(names.len() as u64)) as usize;
            let score = if stream.uniform() * (names.len() as f64) < aspect as f64 { 0.7 } else { -0.6 };
            AspectMention { aspect, uid, author: None, group: None, score, clause: uid }
        })
        .collect();
    aspect_sentiment(names, &mentions, &AspectConfig::default()).unwrap().aspects
}

/// So many days with a change in their middle and an outburst after it.
fn over_time(days: usize, hits: &str) -> Picture {
    let mut stream = Stream::new(6, "timeline", 0);
    let posts: Vec<u64> = (0..days).map(|day| 40 + stream.below(30) + 30 * u64::from(day % 7 > 4)).collect();
    let rate = |day: usize| {
        if day * 10 > days * 8 && day * 10 < days * 8 + 30 {
            0.8
        } else if day * 2 > days {
            0.4
        } else {
            0.1
        }
    };
    let negative = posts
        .iter()
        .enumerate()
        .map(|(day, &posts)| (0..posts).filter(|_| stream.uniform() < rate(day)).count() as u64);
    let series = Series::new(plaudit_insight::Period::Day, 20_000, negative.collect(), posts.clone()).unwrap();
    let segments = change_points(&series, &ChangeConfig::default()).unwrap().segments;
    timeline(&series, hits, &segments, &alerts(&series, &AlertConfig::default()).unwrap().alerts)
}

#[test]
fn aspects_and_timelines_show_their_data() {
    let summaries = spoken_of(&AspectNames::plain(100));
    let picture = aspects(&summaries);
    let note = format!("the first 60 of {} aspects; all are in the CSV", summaries.len());
    assert!(picture.svg.contains(&note) && picture.svg.contains("95 % interval"));
    let found = rows(&picture);
    assert_eq!(found.len(), 2 * summaries.len());
    let first = summaries.first().unwrap();
    assert_eq!(
        &found[1][..5],
        [
            &first.aspect,
            &first.texts.to_string(),
            &first.mentions.to_string(),
            "negative",
            &first.negative.mentions.to_string()
        ]
        .map(ToString::to_string)
    );
    let picture = over_time(120, "negative");
    assert!(
        picture.svg.contains("Posts and negative by day")
            && picture.svg.contains("change of the rate")
            && picture.svg.contains("alert")
    );
    let found = rows(&picture);
    assert_eq!((found.len(), found[0][0].as_str()), (120, "2024-10-04"));
    let changes = found.iter().filter(|row| row[3] == "1").count();
    assert!(changes > 0 && found.iter().any(|row| row[4] == "1"), "{changes}");
    let one = over_time(1, "negative");
    assert!(!one.svg.contains("change of the rate") && rows(&one).len() == 1);
}

/// `cargo test -p plaudit --lib --features plots -- --ignored gallery` writes all of them to `target/plots`, to be
/// looked at.
#[test]
#[ignore = "checks nothing: it writes pictures for people to look at"]
fn gallery_to_look_at() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/plots");
    for (name, mut picture) in gallery() {
        picture.name = name.to_owned();
        picture.save(&folder).unwrap();
    }
}

/// What an XML parser would refuse in what we write: tags that do not pair, bare `<` and `&`, attributes without quotes
/// or twice, characters that XML does not have.
fn check_xml(document: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = document;
    let bad_text = |text: &str| {
        let entities = ["amp;", "lt;", "gt;", "quot;", "#39;"];
        let bare = text.split('&').skip(1).any(|after| !entities.iter().any(|entity| after.starts_with(entity)));
        let odd = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{FFFE}' | '\u{FFFF}');
        bare || text.contains(odd) || text.contains(['<', '>'])
    };
    while let Some((text, after)) = rest.split_once('<') {
        if bad_text(text) || (open.is_empty() && !text.trim().is_empty()) {
            return Err(format!("text {text:?}"));
        }
        let (tag, after) = after.split_once('>').ok_or("a tag without an end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes something else"));
            }
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut pieces = attributes.split('"');
        let mut seen = std::collections::BTreeSet::new();
        while let Some(key) = pieces.next().filter(|key| !key.trim().is_empty()) {
            let key = key.trim().strip_suffix('=').ok_or(format!("attribute {key:?}"))?;
            let value = pieces.next().ok_or("an attribute without an end")?;
            let known = key.chars().all(|c| c.is_ascii_alphabetic() || c == '-') && seen.insert(key.to_owned());
            if !known || bad_text(value) || value.contains("NaN") || value.contains("inf") {
                return Err(format!("attribute {key}={value:?}"));
            }
        }
        if !closed {
            open.push(name);
        }
    }
    if open.is_empty() && rest.trim().is_empty() { Ok(()) } else { Err(format!("{open:?} stand open")) }
}

/// The rows of a picture's data, without the heading.
fn rows(picture: &Picture) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(picture.csv.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

#[test]
fn the_check_finds_what_is_no_xml() {
    for good in ["<a/>", "<a b=\"1\" c-d=\"x y\"><t>1 &lt; 2</t>\n</a>\n"] {
        assert_eq!(check_xml(good), Ok(()), "{good}");
    }
    for bad in [
        "<a>",
        "<a></b>",
        "<a>1 & 2</a>",
        "<a b=1/>",
        "<a b=\"1\" b=\"2\"/>",
        "<a>\u{1}</a>",
        "<a/>x",
        "<a b=\"NaN\"/>",
    ] {
        assert!(check_xml(bad).is_err(), "{bad}");
    }
}

#[test]
fn every_picture_is_well_formed_and_always_the_same() {
    for ((name, picture), (_, again)) in gallery().into_iter().zip(gallery()) {
        check_xml(&picture.svg).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert!(picture.svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" "), "{name}");
        assert!(!picture.svg.contains("<script"), "{name}");
        assert_eq!(picture, again, "{name}");
        assert_eq!(name.ends_with("_none"), picture.svg.contains(">no data<"), "{name}");
        assert!(picture.svg.len() < 150_000, "{name}: {} bytes", picture.svg.len());
        rows(&picture);
    }
}

#[test]
fn confusion_cells_are_the_counts() {
    let mut matrix = ConfusionMatrix::from_pairs(names(2), &[0, 0, 0, 1], &[0, 0, 1, 1]).unwrap();
    let picture = confusion_matrix(&matrix);
    assert!(picture.svg.contains("Confusion matrix: 4 texts, 75.0 % right"));
    assert!(picture.svg.contains(">67%<") && picture.svg.contains(">33%<") && picture.svg.contains(">100%<"));
    let third = 1.0 / 3.0;
    let expected = format!(
        "truth,predicted,texts,weight,share\nGood,Good,2,2.0,{:?}\nGood,Average,1,1.0,{third:?}\n\
         Average,Good,0,0.0,0.0\nAverage,Average,1,1.0,1.0\n",
        2.0 * third
    );
    assert_eq!(picture.csv, expected);

    // A share that is not all does not look like all.
    matrix = ConfusionMatrix::new(names(2));
    (0..999).for_each(|_| matrix.add(0, 0).unwrap());
    matrix.add(0, 1).unwrap();
    let svg = confusion_matrix(&matrix).svg;
    assert!(svg.contains("&gt;99%") && svg.contains("&lt;1%") && !svg.contains(">100%"));

    matrix.add_weighted(1, 1, 2.5).unwrap();
    let picture = confusion_matrix(&matrix);
    assert!(picture.svg.contains("shares are of weight"));
    assert!(picture.csv.ends_with("Average,Average,1,2.5,1.0\n"));

    let json = format!(r#"{{"labels":["a","b"],"counts":[[{},0],[0,0]]}}"#, u64::MAX);
    let full: ConfusionMatrix = serde_json::from_str(&json).unwrap();
    let picture = confusion_matrix(&full);
    assert!(picture.svg.contains(">2e19<") && picture.svg.contains(">18,446,744,073,709,551,615<"));
    assert!(picture.csv.contains("a,a,18446744073709551615,"));
}

#[test]
fn all_points_of_a_curve_are_in_the_csv() {
    let scored = scored(names(2), 100_000, 1.0);
    let curves = rocs(&scored);
    let picture = roc(&curves);
    let rows = rows(&picture);
    assert_eq!(rows.len(), curves.iter().map(|curve| curve.points.len()).sum::<usize>());
    assert!(rows.len() > 50_000);
    assert_eq!(rows[0], ["Good", &format!("{:?}", curves[0].auc), "", "0.0", "0.0"]);
    for (row, point) in rows.iter().zip(&curves[0].points).skip(1) {
        assert_eq!(
            [number(&row[2]), number(&row[3]), number(&row[4])],
            [point.threshold.unwrap(), point.fpr, point.tpr]
        );
    }
    assert!(picture.svg.len() < 100_000, "{} bytes", picture.svg.len());
    assert!(picture.svg.contains(&format!(">{:.3}<", curves[0].auc)));
}

#[test]
fn steps_hold_the_average_precision_and_the_base_rate_stands_beside_it() {
    let labels = Labels::new(["good", "poor"]).unwrap();
    // sklearn 1.9: average_precision_score([1, 0, 1, 0], [0.9, 0.6, 0.4, 0.2]) -> 0.8333333333333333
    let p = [0.9, 0.1, 0.6, 0.4, 0.4, 0.6, 0.2, 0.8].to_vec();
    let scored = Scored::new(labels, vec![0, 1, 0, 1], p).unwrap();
    let picture = precision_recall(&[pr_curve(&scored, 0).unwrap()]);
    assert!(picture.svg.contains(">0.833<") && picture.svg.contains(">50.0 %<"));
    assert_eq!(rows(&picture)[3], ["good", "0.8333333333333333", "0.5", "0.2", "0.5", "1.0"]);
}

#[test]
fn the_best_epoch_is_the_last_best_one() {
    let mut epochs = epochs(3);
    epochs.iter_mut().zip([true, true, false]).for_each(|(epoch, best)| epoch.best = best);
    epochs[1].valid_accuracy = 0.75;
    let picture = learning_curve(&epochs);
    assert!(picture.svg.contains("best epoch 2: ") && picture.svg.contains("accuracy 75.0 %"));
    let rows = rows(&picture);
    assert_eq!((rows.len(), rows[1][0].as_str(), rows[1][3].as_str(), rows[1][5].as_str()), (3, "2", "0.75", "true"));
    // What is not finite is left out of the picture and stands in the data.
    epochs[0].train_loss = f64::NAN;
    epochs[2].valid_loss = f64::INFINITY;
    let picture = learning_curve(&epochs);
    check_xml(&picture.svg).unwrap();
    assert!(picture.csv.contains("1,NaN,") && picture.csv.contains(",inf,"));
}

#[test]
fn verdicts_are_sorted_and_told_in_words() {
    let decided = Policy::default().decide(&survey(6)).unwrap();
    let picture = verdicts(&decided);
    let at = |text: &str| picture.svg.find(&format!(">{text}<")).unwrap();
    assert!(at("Admission office") < at("Accounts") && at("Accounts") < at("Registrar"));
    assert!(
        picture.svg.contains(">Promote<") && picture.svg.contains(">Hold<") && picture.svg.contains("90 % interval")
    );
    assert!(picture.svg.contains(">score that promotion needs<") && picture.svg.contains(">0.25<"));
    let rows = rows(&picture);
    for (row, decided) in rows.iter().zip(&decided) {
        let interval = decided.score_interval.unwrap();
        assert_eq!((&row[0], &row[8]), (&decided.division, &decided.verdict.to_string()));
        let numbers: Vec<f64> = row[1..8].iter().map(|field| number(field)).collect();
        let expected = [decided.n as f64, decided.score.unwrap(), interval.low, interval.high, 0.9, 0.25];
        assert_eq!((&numbers[..6], numbers[6]), (&expected[..], decided.risk.unwrap()));
    }

    // 201 divisions: the lowest is left out, and it is said. A score that is no number stands last.
    let mut many: Vec<DivisionVerdict> =
        (0..201).map(|k| DivisionVerdict::new(format!("d{k}"), 1, Verdict::NeedsMoreData, vec![])).collect();
    many.iter_mut().enumerate().for_each(|(k, decided)| decided.score = Some(k as f64));
    many[200].score = Some(f64::NAN);
    let picture = verdicts(&Verdicts::new(Labels::dpms(), many));
    assert!(picture.svg.contains("the 200 highest of 201 divisions") && !picture.svg.contains(">d200<"));
    assert_eq!(picture.csv.lines().count(), 202);
}

#[test]
fn reactions_are_added_up_and_kept() {
    let mut valence = Valence::default();
    valence.reactions.insert("haha".to_owned(), Polarity::Ignored);
    let counts = [("like", 5), ("love", u64::MAX - 2_000), ("haha", 1_234)];
    let data = Reactions::new(vec![PostReactions::new("=1+1", "Good", counts)]).unwrap();
    let picture = plots_of(&data, &valence);
    assert!(picture.svg.contains(">1,234<") && picture.svg.contains(">18,446,744,073,709,549,620<"));
    assert!(picture.svg.contains(">=1+1 (Good)<"));
    let rows = rows(&picture);
    assert_eq!(rows[0], ["'=1+1", "Good", "haha", "ignored", "1234"]);
    assert_eq!(rows[2], ["'=1+1", "Good", "love", "positive", "18446744073709549615"]);
    valence.reactions.remove("love");
    assert!(reactions(&data, &valence).unwrap_err().to_string().contains("`love`"));
}

#[test]
fn reductions_have_their_intervals() {
    let report = ReactionsConfig::default().report(&Reactions::dpms()).unwrap();
    let picture = reductions(&report);
    let rows = rows(&picture);
    let all = report.declared.labels.iter().flat_map(|label| label.reductions.iter().map(move |r| (label, r)));
    assert_eq!(rows.len(), all.clone().count());
    for (row, (label, reduction)) in rows.iter().zip(all) {
        assert_eq!((&row[0], number(&row[3])), (&label.label, label.tally.negative as f64));
        assert_eq!((number(&row[4]), &row[7]), (label.negative_share.unwrap().value, &reduction.reading.to_string()));
        match reduction.estimate {
            Some(estimate) => assert_eq!(
                [number(&row[8]), number(&row[9]), number(&row[10])],
                [estimate.value, estimate.low, estimate.high]
            ),
            None => assert_eq!(row[8..11], ["", "", ""]),
        }
    }
    for shown in [">2.7 %<", ">83.3 %<", ">counts alone<", ">posts, SD 2<", "intervals of 95 %<"] {
        assert!(picture.svg.contains(shown), "{shown}");
    }
    // One post a label: that reading has nothing to show.
    assert!(!picture.svg.contains(">posts, estimated<"));
    let many = reduction_plot(&many_labels(60), &Valence::default(), Baseline::Pooled, &[0.5; 16]);
    assert!(many.svg.contains("the first 6 of 18 readings") && many.svg.contains("the first 40 of 60 labels"));
    assert_eq!(self::rows(&many).len(), 60 * 18);
}

#[test]
fn posts_are_drawn_in_the_order_of_their_numbers() {
    let posts = ["p10", "p2", "p1"].map(|name| PostReactions::new(name, "x", [("like", 3)]));
    let svg = plots_of(&Reactions::new(posts.to_vec()).unwrap(), &Valence::default()).svg;
    let at = |name: &str| svg.find(&format!(">{name} (x)<")).unwrap();
    assert!(at("p1") < at("p2") && at("p2") < at("p10"));
}

#[test]
fn hostile_names_read_back() {
    let periods = HOSTILE.map(|name| Period::new(name, 1, vec![Share::new(name, 1, 1.0)]));
    for (row, name) in rows(&prevalence(&periods)).iter().zip(HOSTILE) {
        for field in [&row[0], &row[2]] {
            assert_eq!(field.strip_prefix('\'').unwrap_or(field), name);
        }
    }
}

#[test]
fn a_period_without_shares_breaks_the_line() {
    let shares = |value| vec![Share::new("a", 1, value)];
    let period = |name: &str, shares| Period::new(name, 4, shares);
    let whole = prevalence(&[period("1", shares(0.2)), period("2", shares(0.3)), period("3", shares(0.4))]);
    let broken = prevalence(&[period("1", shares(0.2)), period("2", vec![]), period("3", shares(0.4))]);
    let lines = |picture: &Picture| picture.svg.matches("<polyline").count();
    assert_eq!(lines(&broken), lines(&whole) - 1);
    assert_eq!(rows(&broken)[1], ["3", "4", "a", "1", "0.4", "", "", ""]);
}

fn odd_number() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 0.0..1.0f64, 1 => any::<f64>(), 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)]
}

proptest! {
    #[test]
    fn any_names_and_counts(periods in prop::collection::vec(
        (any::<String>(), any::<u64>(), prop::collection::vec((any::<String>(), any::<u64>(), 0.0..=1.0f64), 0..5)),
        0..6,
    )
    ) {
        let periods: Vec<Period> = periods.into_iter().map(|(name, texts, shares)| {
            let share = |(label, count, value): (String, u64, f64)| Share::new(label, count, value);
            Period::new(name, texts, shares.into_iter().map(share).collect())
        }).collect();
        let picture = prevalence(&periods);
        prop_assert_eq!(check_xml(&picture.svg), Ok(()));
        let rows = rows(&picture);
        let all = periods.iter().flat_map(|period| period.shares.iter().map(move |share| (period, share)));
        prop_assert_eq!(rows.len(), all.clone().count());
        for (row, (period, share)) in rows.iter().zip(all) {
            prop_assert_eq!(row[0].strip_prefix('\'').unwrap_or(&row[0]), &period.name);
            prop_assert_eq!(row[2].strip_prefix('\'').unwrap_or(&row[2]), &share.label);
            prop_assert_eq!(row[3].parse::<u64>().unwrap(), share.count);
            prop_assert_eq!(number(&row[4]), share.value);
        }
    }

    #[test]
    fn any_reactions(
        posts in prop::collection::btree_map("[a-z=,\"<&]{1,9}", prop::collection::vec(any::<u32>(), 7), 1..6),
    ) {
        let kinds = ["like", "love", "care", "wow", "haha", "sad", "angry"];
        let posts = posts.into_iter().map(|(post, counts)| {
            PostReactions::new(post, "x", kinds.into_iter().zip(counts.into_iter().map(u64::from)))
        });
        let data = Reactions::new(posts.collect()).unwrap();
        let picture = plots_of(&data, &Valence::default());
        prop_assert_eq!(check_xml(&picture.svg), Ok(()));
        let counts: Vec<u64> = rows(&picture).iter().map(|row| row[4].parse().unwrap()).collect();
        prop_assert_eq!(counts, data.posts().iter().flat_map(|post| post.counts.values().copied()).collect::<Vec<_>>());
    }

    #[test]
    fn any_figures(
        figures in prop::collection::vec((odd_number(), odd_number(), any::<usize>(), any::<bool>()), 0..40),
    ) {
        let epochs: Vec<Epoch> = figures.iter().map(|&(a, b, number, best)| {
            let mut epoch = Epoch::new(number, usize::MAX);
            (epoch.train_loss, epoch.valid_loss, epoch.valid_accuracy, epoch.best) = (a, b, b, best);
            epoch
        }).collect();
        let points: Vec<(f64, f64)> = figures.iter().map(|&(a, b, ..)| (a, b)).collect();
        let decided = figures.iter().enumerate().map(|(k, &(a, b, ..))| {
            let reason = Reason::Score { side: Side::Unclear, score: a, low: a, high: b, level: 0.9, min: b };
            let mut decided = DivisionVerdict::new(k.to_string(), k as u64, Verdict::Hold, vec![reason]);
            decided.score = Some(a);
            decided.score_interval = wilson(1, 2, 0.9).map(|mut i| { (i.low, i.high) = (a, b); i });
            decided
        }).collect();
        let periods: Vec<Period> = figures.iter().map(|&(a, b, ..)| {
            let mut share = Share::new("a", 1, a);
            share.interval = wilson(1, 2, 0.9).map(|mut i| { (i.low, i.high) = (a, b); i });
            Period::new("p", 1, vec![share])
        }).collect();
        for picture in [
            learning_curve(&epochs),
            risk_coverage(&risk_points(&points)),
            verdicts(&Verdicts::new(Labels::dpms(), decided)),
            prevalence(&periods),
        ] {
            prop_assert_eq!(check_xml(&picture.svg), Ok(()));
            prop_assert_eq!(rows(&picture).len(), figures.len());
        }
    }

    #[test]
    fn any_labels(
        texts in prop::collection::vec((0..5usize, 0..5usize), 0..50),
        names in prop::collection::hash_set("\\PC{1,30}", 5),
    ) {
        prop_assume!(names.iter().all(|name| !name.trim().is_empty()));
        let labels = Labels::new(names).unwrap();
        let (truth, predicted): (Vec<usize>, Vec<usize>) = texts.into_iter().unzip();
        let matrix = ConfusionMatrix::from_pairs(labels.clone(), &truth, &predicted).unwrap();
        let picture = confusion_matrix(&matrix);
        prop_assert_eq!(check_xml(&picture.svg), Ok(()));
        let rows = rows(&picture);
        let counts: Vec<u64> = rows.iter().map(|row| row[2].parse().unwrap()).collect();
        prop_assert_eq!(counts, matrix.rows().flatten().copied().collect::<Vec<_>>());
    }
}
