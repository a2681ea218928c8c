//! What the paper prints, as data.

use std::path::Path;

use plaudit::promotion::reactions::{PostReactions, Reactions};
use plaudit::{Labels, Result, SplitRatios};

use super::share::Share;
use super::tsv::Tsv;

/// The printed tables and claims.
pub(crate) struct Paper {
    pub(super) labels: Labels,
    /// Tables 2 and 3, in the labels' order.
    pub(super) scores: Vec<ClassScores>,
    /// Table 4: texts of each draw by label, as the machine and as people saw them.
    pub(super) machine: Vec<Vec<u64>>,
    pub(super) human: Vec<Vec<u64>>,
    /// Table 5.
    pub(super) reactions: Reactions,
    pub(super) claims: Claims,
}

/// One class of Tables 2 and 3.
pub(super) struct ClassScores {
    pub(super) precision: Share,
    pub(super) recall: Share,
    pub(super) specificity: Share,
    pub(super) f1: Share,
    pub(super) tpr: Share,
    pub(super) fpr: Share,
}

/// A figure of the text, and where it stands.
pub(super) struct Claim<T> {
    pub(super) value: T,
    pub(super) text: String,
    pub(super) place: String,
}

/// What the text says.
pub(super) struct Claims {
    /// Macro averages of precision, recall, specificity and F1.
    pub(super) averages: [Claim<Share>; 4],
    pub(super) accuracy: Claim<Share>,
    /// The accuracy that is set beside those of other papers.
    pub(super) accuracy_beside_others: Claim<Share>,
    pub(super) dataset: Claim<u64>,
    pub(super) ratio: Claim<[u64; 3]>,
    /// The parts of the split: training, and the other two in the order in which they stand.
    pub(super) parts: [Claim<u64>; 3],
    pub(super) per_class: Claim<u64>,
    pub(super) draw_size: Claim<u64>,
    pub(super) largest_deviation: Claim<u64>,
    pub(super) singled_out_attempt: Claim<u64>,
    pub(super) negative_change: Claim<Share>,
    pub(super) positive_change: Claim<Share>,
    pub(super) conversion_change: Claim<Share>,
}

const TABLE_2: &[&str] = &["class", "precision", "recall", "specificity", "f1"];
const TABLE_3: &[&str] = &["metric", "Good", "Average", "Neutral", "Poor"];
const MACHINE: [&str; 4] = ["machine Good", "machine Average", "machine Neutral", "machine Poor"];
const HUMAN: [&str; 4] = ["human Good", "human Average", "human Neutral", "human Poor"];
const TABLE_4: &[&str] =
    &["attempt", MACHINE[0], MACHINE[1], MACHINE[2], MACHINE[3], HUMAN[0], HUMAN[1], HUMAN[2], HUMAN[3]];
const ATTEMPTS: [&str; 10] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
const TABLE_5: &[&str] = &["class", "Like", "Love", "Care", "Wow", "Haha", "Sad", "Angry"];
const CLAIMS: &[&str] = &["name", "value", "place"];
const NAMES: [&str; 18] = [
    "macro_precision",
    "macro_recall",
    "macro_specificity",
    "macro_f1",
    "positive_change",
    "conversion_change",
    "accuracy_beside_others",
    "dataset",
    "ratio",
    "train",
    "second_part",
    "third_part",
    "per_class",
    "accuracy",
    "draw_size",
    "largest_deviation",
    "singled_out_attempt",
    "negative_change",
];

/// More than any count of the paper's, and few enough for every sum.
const MOST: u64 = 1_000_000_000;

impl Paper {
    /// Reads the tables of a folder.
    ///
    /// # Errors
    /// When a file cannot be read, or a row or cell is not what it should be.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let labels = Labels::dpms();
        let names: Vec<&str> = labels.iter().collect();
        let table2 = Tsv::read(folder, "table2.tsv", TABLE_2, &names)?;
        let table3 = Tsv::read(folder, "table3.tsv", TABLE_3, &["TPR", "FPR"])?;
        let scores = names.iter().map(|class| {
            Ok(ClassScores {
                precision: share(&table2, class, "precision")?,
                recall: share(&table2, class, "recall")?,
                specificity: share(&table2, class, "specificity")?,
                f1: share(&table2, class, "f1")?,
                tpr: share(&table3, "TPR", class)?,
                fpr: share(&table3, "FPR", class)?,
            })
        });
        let scores = scores.collect::<Result<_>>()?;
        let table4 = Tsv::read(folder, "table4.tsv", TABLE_4, &ATTEMPTS)?;
        let draws = |columns: [&str; 4]| -> Result<Vec<Vec<u64>>> {
            let draw = |attempt| columns.iter().map(|column| count(&table4, attempt, column, 0)).collect();
            ATTEMPTS.into_iter().map(draw).collect()
        };
        let (machine, human) = (draws(MACHINE)?, draws(HUMAN)?);
        let table5 = Tsv::read(folder, "table5.tsv", TABLE_5, &names)?;
        let posts = names.iter().map(|class| {
            let counts = TABLE_5.iter().skip(1).map(|column| Ok((*column, count(&table5, class, column, 0)?)));
            Ok(PostReactions::new(*class, *class, counts.collect::<Result<Vec<_>>>()?))
        });
        let reactions = Reactions::new(posts.collect::<Result<_>>()?)?;
        let claims = Claims::read(&Tsv::read(folder, "claims.tsv", CLAIMS, &NAMES)?)?;
        Ok(Self { labels, scores, machine, human, reactions, claims })
    }
}

impl Claims {
    fn read(table: &Tsv) -> Result<Self> {
        let share = |name| claim(table, name, share(table, name, "value")?);
        let count = |name| claim(table, name, count(table, name, "value", 1)?);
        let change = |name| claim(table, name, change(table, name)?);
        Ok(Self {
            averages: [
                share("macro_precision")?,
                share("macro_recall")?,
                share("macro_specificity")?,
                share("macro_f1")?,
            ],
            accuracy: share("accuracy")?,
            accuracy_beside_others: share("accuracy_beside_others")?,
            dataset: count("dataset")?,
            ratio: claim(table, "ratio", table.cell("ratio", "value", "three whole numbers, as 70:15:15", ratio)?)?,
            parts: [count("train")?, count("second_part")?, count("third_part")?],
            per_class: count("per_class")?,
            draw_size: count("draw_size")?,
            largest_deviation: count("largest_deviation")?,
            singled_out_attempt: count("singled_out_attempt")?,
            negative_change: change("negative_change")?,
            positive_change: change("positive_change")?,
            conversion_change: change("conversion_change")?,
        })
    }

    /// Returns the sizes of the ratio's parts.
    ///
    /// # Errors
    /// Never, since the ratio was checked when it was read.
    pub(super) fn ratios(&self) -> Result<SplitRatios> {
        let [train, valid, test] = self.ratio.value.map(|part| part as f64);
        SplitRatios::new(train, valid, test)
    }
}

/// Returns the claim of this name with its text and place.
fn claim<T>(table: &Tsv, name: &str, value: T) -> Result<Claim<T>> {
    let words = |cell: &str| (!cell.trim().is_empty()).then(|| cell.to_owned());
    Ok(Claim {
        value,
        text: table.cell(name, "value", "a figure", words)?,
        place: table.cell(name, "place", "a place in the paper", words)?,
    })
}

fn share(table: &Tsv, name: &str, column: &str) -> Result<Share> {
    table.cell(name, column, "a share of 0 to 1, as 0.983 or 98.3 %, with at most 15 decimals", Share::parse)
}

fn count(table: &Tsv, name: &str, column: &str, least: u64) -> Result<u64> {
    let expected = format!("a whole number of {least} to {MOST}");
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    table.cell(name, column, &expected, |text| {
        text.parse().ok().filter(|count| digits(text) && (least..=MOST).contains(count))
    })
}

/// A percentage that an audit of claims can look for.
fn change(table: &Tsv, name: &str) -> Result<Share> {
    let expected = "a percentage above 0 and below 100 with at most 4 decimals, as 31.25 %";
    let inside = |share: &Share| share.value > 0.0 && share.value < 1.0 && share.printed.decimals() <= 6;
    table.cell(name, "value", expected, |text| text.ends_with(" %").then(|| Share::parse(text))?.filter(inside))
}

fn ratio(text: &str) -> Option<[u64; 3]> {
    let parts: Option<Vec<u64>> = text.split(':').map(|part| part.parse().ok()).collect();
    let parts: [u64; 3] = parts?.try_into().ok()?;
    parts.iter().all(|part| (1..=MOST).contains(part)).then_some(parts)
}
