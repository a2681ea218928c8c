//! Why a verdict is what it is: as data, and as a sentence.

use std::fmt;

use plaudit_core::visible;
use serde::Serialize;

use crate::words::{Ends, Place, digits};

/// On which side of a bound a value lies, as far as the data tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Side {
    /// Above, but for a probability of at most alpha.
    Above,
    /// Below, but for a probability of at most alpha.
    Below,
    /// Either is possible.
    Unclear,
}

/// One reason for a verdict. `Display` gives a plain sentence.
///
/// ```
/// use plaudit_promotion::{Reason, Side};
///
/// let reason = Reason::Score { side: Side::Above, score: 0.611, low: 0.52, high: 0.69, level: 0.9, min: 0.25 };
/// assert_eq!(reason.to_string(), "score 0.61 (90 % interval 0.52 to 0.69) is above 0.25");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// There are too few answers to decide anything.
    TooFewRows {
        /// The number of answers.
        n: u64,
        /// The number needed.
        min: u64,
    },
    /// Where the score lies.
    Score {
        /// The side of `min`.
        side: Side,
        /// The posterior mean.
        score: f64,
        /// The lower end of its interval.
        low: f64,
        /// The upper end of its interval.
        high: f64,
        /// The interval's level, 0 to 1.
        level: f64,
        /// The score that promotion needs.
        min: f64,
    },
    /// Where the share of a label with a limit lies.
    Limit {
        /// The label.
        label: String,
        /// The side of `max`: below is what promotion needs.
        side: Side,
        /// The posterior mean of the share, 0 to 1.
        share: f64,
        /// The lower end of its interval.
        low: f64,
        /// The upper end of its interval.
        high: f64,
        /// The interval's level, 0 to 1.
        level: f64,
        /// The greatest share allowed.
        max: f64,
    },
    /// The score has to be higher than `min` by a margin, because the prior of the error rates raises it:
    /// [`Corrected::margin`](crate::Corrected::margin).
    Margin {
        /// By how much, in scores, above 0.
        margin: f64,
        /// The score that promotion needs without it.
        min: f64,
    },
    /// A share has to be lower than its limit by a margin, because the prior of the error rates lowers it:
    /// [`Corrected::margin`](crate::Corrected::margin).
    LimitMargin {
        /// The label.
        label: String,
        /// By how much, as a share, above 0.
        margin: f64,
        /// The greatest share allowed without it.
        max: f64,
    },
    /// The probability that the score or any limit fails, with their margins where there are some.
    Risk {
        /// The probability, 0 to 1, with the margins.
        probability: f64,
        /// The probability without margins, where that is another one (by 0.0005 or more, or by less that decides).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        without_margin: Option<f64>,
        /// Up to here a division is promoted; where the probability without margins is 1 - alpha or more, it is held.
        alpha: f64,
    },
    /// The label that carries a hold: with the answers that have it turned into answers of the next better label, the
    /// division would be promoted. At most half of the answers have it.
    Driver {
        /// The label.
        label: String,
        /// The posterior mean of its share, 0 to 1.
        share: f64,
        /// What it takes from the score, measured at the score that promotion needs: (s_min - u) share for the label's
        /// utility u. The sum over all labels is what the score lacks. Of several drivers this is the one with the most.
        pull: f64,
        /// The next better label: the one with the least utility above.
        instead: String,
        /// The probability that the score or a limit would still fail, at most alpha.
        risk: f64,
    },
    /// The division is one of those with the least risks, which are promoted together.
    FalseDiscovery {
        /// How many are promoted.
        promoted: usize,
        /// How many of them are expected to be wrong: the sum of their risks.
        expected: f64,
        /// The greatest share of them that may be.
        alpha: f64,
    },
    /// The division has one of the `k` highest mean scores of those that may be promoted.
    Chosen {
        /// The number of divisions to promote.
        k: usize,
        /// The probability that its score is one of the `k` highest.
        probability: f64,
        /// The expected regret of the choice, in scores, at least 0.
        regret: f64,
        /// Up to here the chosen are promoted.
        most: f64,
    },
    /// The division may be promoted, and others with higher mean scores take the places.
    NotChosen {
        /// The number of divisions to promote.
        k: usize,
        /// The probability that its score is one of the `k` highest.
        probability: f64,
    },
    /// The division may be promoted, and it has not got a place because others are equal and there is none for all.
    NoPlaceForAll {
        /// The number of divisions to promote.
        k: usize,
    },
    /// The label-shift check fails: corrected shares decide nothing about the division.
    LabelShift {
        /// The p-value of the check, 0 to 1.
        p_value: f64,
        /// The same adjusted for all divisions that are checked.
        adjusted: f64,
        /// Up to here it fails.
        alpha: f64,
        /// How many of the division's texts, drawn at random, need a label so that it is decided by these.
        label: u64,
    },
    /// The division is decided by random labels of its own and the predictions of its other texts.
    OwnLabels {
        /// The number of texts with a label.
        labelled: u64,
        /// The number of other texts.
        others: u64,
    },
    /// How many further labels of the division's own would decide, with a probability of at least 0.8.
    MoreOwnLabels {
        /// About so many; none where not even `tried` would.
        rows: Option<u64>,
        /// The greatest number that was tried: at most all of its texts without a label.
        tried: u64,
    },
    /// About so many further answers would decide, with a probability of at least 0.8.
    More {
        /// The number of further answers.
        answers: u64,
    },
    /// Not even so many further answers would decide with a probability of 0.8.
    NoNumber {
        /// The greatest number of further answers that was tried.
        tried: u64,
    },
    /// About so many further gold rows would decide, with a probability of at least 0.8: the classifier's errors leave
    /// more open than the number of answers does.
    MoreGold {
        /// The number of further gold rows.
        rows: u64,
    },
    /// Not even so many further gold rows would decide with a probability of 0.8.
    NoNumberOfGold {
        /// The greatest number of further gold rows that was tried.
        tried: u64,
    },
    /// One label is more frequent than every other.
    MostFrequent {
        /// The label.
        label: String,
        /// How often it was given.
        count: u64,
        /// The number of answers.
        n: u64,
    },
    /// How many answers have a good label; more than half promote.
    Majority {
        /// The number of good answers.
        count: u64,
        /// The number of answers.
        n: u64,
    },
    /// The score of the counted shares, without doubt.
    CountedScore {
        /// The score.
        score: f64,
        /// The score that promotion needs.
        min: f64,
    },
    /// The counted share of a label with a limit, without doubt.
    CountedLimit {
        /// The label.
        label: String,
        /// The share, 0 to 1.
        share: f64,
        /// The greatest share allowed.
        max: f64,
    },
    /// What the comments with the label that drives the verdict say more often than the division's others. No rule sees
    /// texts: it is added by who does, such as `plaudit::with_terms`.
    Terms {
        /// The label.
        label: String,
        /// The terms, the surest first; names of persons in them are covered.
        terms: Vec<String>,
    },
    /// Two or more labels are equally frequent and no label is more so.
    Tie,
    /// What a rule of the user's own has to say.
    Note {
        /// The sentence.
        sentence: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewRows { n, min } => {
                write!(f, "{n} answer{}: at least {min} are needed", if *n == 1 { "" } else { "s" })
            }
            Self::Score { side, score, low, high, level, min } => {
                let digits = digits(&[*score, *low, *high], &[*min], 2);
                write!(f, "score {score:.digits$} ({}) {} {min}", Ends(*low, *high, *level, digits), Place(*side))
            }
            Self::Limit { label, side, share, low, high, level, max } => {
                let digits = digits(&[*share, *low, *high], &[*max], 2);
                let ends = Ends(*low, *high, *level, digits);
                write!(f, "share of {} {share:.digits$} ({ends}) {} its limit {max}", visible(label), Place(*side))
            }
            Self::Margin { margin, min } => {
                let digits = digits(&[*margin], &[0.0], 3);
                write!(
                    f,
                    "a margin of {margin:.digits$} above {min} is kept: so much of the score may come from how few "
                )?;
                f.write_str("rows tell the classifier's errors")
            }
            Self::LimitMargin { label, margin, max } => {
                let digits = digits(&[*margin], &[0.0], 3);
                write!(f, "a margin of {margin:.digits$} below the limit {max} of {} is kept: ", visible(label))?;
                f.write_str("so much of the share may be hidden by how few rows tell the classifier's errors")
            }
            Self::Risk { probability, without_margin, alpha } => {
                let hold = ((1.0 - alpha) * 1e9).round() / 1e9; // 1 - 0.32 is 0.6799999999999999
                let rounded = |probability: f64| match probability {
                    p if p < 0.0005 && *alpha >= 0.001 => "less than 0.001".to_owned(),
                    p if p >= 0.9995 && hold <= 0.999 => "more than 0.999".to_owned(),
                    p => format!("{p:.*}", digits(&[p], &[*alpha, hold], 3)),
                };
                write!(f, "the score or a limit fails with probability {}", rounded(*probability))?;
                if let Some(bare) = without_margin {
                    write!(f, " with the margin and {} without it", rounded(*bare))?;
                }
                match without_margin {
                    _ if probability <= alpha => write!(f, ": up to {alpha} promotes"),
                    None if *probability >= hold => write!(f, ": {hold} or more holds"),
                    None => write!(f, ": between {alpha} and {hold} nothing is decided"),
                    Some(bare) if *bare >= hold => write!(f, ": {hold} or more without it holds"),
                    Some(_) => write!(f, ": up to {alpha} with it would promote, {hold} or more without it hold"),
                }
            }
            Self::Driver { label, share, instead, risk, .. } => {
                let (label, instead) = (visible(label), visible(instead));
                let risk = if *risk < 0.0005 { "less than 0.001".to_owned() } else { format!("{risk:.3}") };
                write!(f, "{label} carries it, with a share of {share:.2}: were those answers {instead}, ")?;
                write!(f, "the score or a limit would fail with probability {risk}")
            }
            Self::FalseDiscovery { promoted, expected, alpha } => {
                write!(f, "promoted with {promoted} in all, of which {expected:.2} are expected to be wrong: ")?;
                write!(f, "a share of at most {alpha}")
            }
            Self::Chosen { k, probability, regret, most } => {
                let digits = digits(&[*regret], &[*most], 3);
                let promotes = if regret <= most { "up to" } else { "too much, for only up to" };
                write!(
                    f,
                    "among the {k} highest scores with probability {probability:.3}; the choice is expected to cost "
                )?;
                write!(f, "{regret:.digits$} of score: {promotes} {most} promotes")
            }
            Self::NotChosen { k, probability } => {
                write!(f, "others have higher mean scores; among the {k} highest with probability {probability:.3}")
            }
            Self::NoPlaceForAll { k } => write!(f, "others are equal, and {k} cannot be chosen among them"),
            Self::LabelShift { p_value, adjusted, alpha, label } => {
                let digits = digits(&[*adjusted], &[*alpha], 3);
                write!(
                    f,
                    "the classifier seems to err otherwise here than on the rows whose label is known (label-shift "
                )?;
                write!(
                    f,
                    "check: p = {p_value:.digits$}, {adjusted:.digits$} among all divisions; up to {alpha} fails): "
                )?;
                write!(
                    f,
                    "shares corrected by these rows decide nothing; label {label} of its texts, drawn at random "
                )?;
                f.write_str("(recipe plan_labels)")
            }
            Self::OwnLabels { labelled, others: 0 } => write!(f, "decided by the labels of all its {labelled} texts"),
            Self::OwnLabels { labelled, others } => {
                write!(
                    f,
                    "decided by the labels of {labelled} of its texts and the predictions of its other {others} "
                )?;
                f.write_str("(PPI++), not by error rates of other divisions")
            }
            Self::MoreOwnLabels { rows: Some(rows), .. } => {
                write!(f, "about {rows} more of its texts, drawn at random and labelled, would probably decide")
            }
            Self::MoreOwnLabels { rows: None, tried: 0 } => f.write_str("more answers are needed: all have a label"),
            Self::MoreOwnLabels { rows: None, tried } => {
                write!(f, "even labels of {tried} more of its texts would probably not decide")
            }
            Self::More { answers } => write!(f, "about {answers} more answers would probably decide"),
            Self::NoNumber { tried } => write!(f, "even {tried} more answers would probably not decide"),
            Self::MoreGold { rows } => {
                write!(
                    f,
                    "about {rows} more rows labelled by people would probably decide: the classifier's errors blur most"
                )
            }
            Self::NoNumberOfGold { tried } => {
                write!(f, "even {tried} more rows labelled by people would probably not decide")
            }
            Self::MostFrequent { label, count, n } => {
                write!(f, "the most frequent label is {} ({count} of {n})", visible(label))
            }
            Self::Majority { count, n } => {
                let half = if *count > n - (*n).min(*count) { "more than" } else { "at most" };
                write!(f, "{count} of {n} answers are good: {half} half")
            }
            Self::CountedScore { score, min } => {
                let digits = digits(&[*score], &[*min], 2);
                let place = if score < min { "below" } else { "at least" };
                write!(f, "score {score:.digits$} of the counted shares: {place} {min}")
            }
            Self::CountedLimit { label, share, max } => {
                let digits = digits(&[*share], &[*max], 2);
                let place = if share > max { "above" } else { "within" };
                write!(f, "counted share of {} {share:.digits$}: {place} its limit {max}", visible(label))
            }
            Self::Terms { label, terms } => {
                let terms: Vec<_> = terms.iter().map(|term| visible(term)).collect();
                write!(
                    f,
                    "what comments predicted {} say more often than its others: {}",
                    visible(label),
                    terms.join(", ")
                )
            }
            Self::Tie => f.write_str("no single label is the most frequent"),
            Self::Note { sentence } => f.write_str(&visible(sentence)),
        }
    }
}
