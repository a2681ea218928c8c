//! The model card: what a model is, what it was trained on, how good it is and what it cannot do, for people (Mitchell et al. 2019).

use std::fmt::Write;

use plaudit_core::{Error, Labels, Origin, Result, visible};
use plaudit_metrics::{Evaluation, Figure};
use serde::{Deserialize, Serialize};

use crate::{Calibrated, Stopped, TextClassifier};

/// Figures of held-out rows, saved as `evaluation.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Evaluated {
    /// What the rows are called.
    pub(crate) rows: String,
    pub(crate) evaluation: Evaluation,
}

impl Evaluated {
    /// Checks what was read from a file.
    pub(crate) fn validate(&self, labels: &Labels) -> Result<()> {
        let classes = self.evaluation.report.classes.iter().map(|class| class.label.as_str());
        if classes.eq(labels.iter()) {
            return Ok(());
        }
        Err(Error::config("evaluation: its labels are not those of this model"))
    }
}

pub(crate) const INTENDED: &str = "\
- It gives each text a probability for each label. It is made for many texts together: shares of labels, and decisions that follow from
  them. Of one person's one text it may be wrong; do not decide about a person by it.
- It knows what texts like those it was trained on taught it. Texts of another place, time, language or length may get other labels than
  people would give them: label a hundred of your own first, and compare.
- Probabilities of a model that is not calibrated are as a rule too sure.
- It does not know irony, and what is said about a thing by not saying it.
- The vocabulary and the weights tell about the texts that it was trained on. Give it only to those who may know them.
";

const LOAD: &str = "\
```rust,ignore
use plaudit::{Classifier, TextClassifier};

let classifier = TextClassifier::load(\"this directory\")?;
let prediction = classifier.predict(\"what somebody wrote\")?;
println!(\"{} {:.2}\", prediction.label(), prediction.score());
```

With an analyzer of your own it is `plaudit_models::TextClassifier::<YourAnalyzer>::load`. `manifest.json` has the size and the SHA-256 of
every file; loading checks them, this one's too.
";

impl<A> TextClassifier<A> {
    /// Returns the model card, which is saved as `README.md` of the model directory: Markdown with what the model is, what it was trained on,
    /// its figures (with intervals where [`with_evaluation`](Self::with_evaluation) gave them), its limits, how to load it, and its
    /// configuration. It holds no time and no path: the same model has the same card.
    ///
    /// # Errors
    /// When the network is your own, or the configuration cannot be written as JSON.
    pub fn card(&self) -> Result<String> {
        let (labels, report) = (&self.config().labels, self.report());
        let names = || labels.iter().flat_map(Labels::iter).map(plain).collect::<Vec<_>>();
        let mut card = format!("# A classifier of texts: {}\n\n", names().join(", "));
        self.network_part(&mut card)?;
        self.training_part(&mut card, &names());

        card.push_str("\n## Figures\n\n");
        if let Some(epoch) = report.chosen() {
            let (rows, number, of) = (report.valid_rows, epoch.number, report.epochs.len());
            let more = report.network_share.map_or(String::new(), |share| {
                format!(", the linear model's strength and the network's share of {share:.2} beside it")
            });
            let _ = writeln!(
                card,
                "On the {rows} validation rows, which chose epoch {number} of {of}{more} and are therefore a little too good:\nloss {:.4}, \
                 accuracy {:.4}, macro F1 {:.4}, macro recall {:.4}.",
                epoch.valid_loss, epoch.valid_accuracy, epoch.valid_macro_f1, epoch.valid_macro_recall
            );
        }
        match self.evaluated() {
            Some(evaluated) => evaluation_part(&mut card, evaluated),
            None => card.push_str("\nNobody gave figures with intervals of rows that were held out.\n"),
        }
        card.push_str("\n## Calibration\n\n");
        calibration_part(&mut card, self.calibration());
        let _ = write!(card, "\n## Intended use and limits\n\n{INTENDED}\n## How to load it\n\n{LOAD}\n");
        card.push_str("## Configuration\n\n```json\n");
        let config = serde_json::to_string_pretty(self.config()).map_err(Error::backend)?;
        config.lines().for_each(|line| card.extend([visible(line).as_ref(), "\n"]));
        card.push_str("```\n");
        Ok(card)
    }

    fn network_part(&self, card: &mut String) -> Result<()> {
        let (config, report) = (self.config(), self.report());
        let architecture = self.named_architecture("described")?;
        let plan = architecture.plan();
        let labels = config.labels.as_ref().map_or(0, Labels::len);
        let [token, text] = plan.products(labels);
        let kind = match (plan.directions, plan.widths.as_slice()) {
            (2, _) => "bidirectional LSTM".to_owned(),
            (_, widths) => {
                format!("convolutions of {widths:?} tokens with {} filters each, then an LSTM", plan.filters)
            }
        };
        let beside = match (architecture.is_wide(), report.network_share) {
            (false, _) => "",
            (true, None) => ", beside a linear model of sparse features",
            (true, Some(_)) => ", beside a linear model of sparse features that was trained by itself",
        };
        let (layers, hidden, embedding, dense) = (plan.layers, plan.hidden, plan.embedding, plan.dense);
        let (parameters, vocab, most) = (report.parameters, report.vocab, config.max_tokens);
        let megabytes = 4.0 * parameters as f64 / 1e6;
        let _ = write!(
            card,
            "## What it is\n\n- Network `{}`: {kind}{beside}; {layers} LSTM layers of {hidden} units a direction, word vectors of length \
             {embedding}, a dense layer of {dense}.\n- {parameters} weights of 4 bytes, {megabytes:.2} MB; {vocab} word ids, of which one \
             stands for all unknown words.\n- {token} multiplications a token and {text} a text. It reads the first {most} tokens of a \
             text.\n",
            architecture.name()
        );
        Ok(())
    }

    fn training_part(&self, card: &mut String, labels: &[String]) {
        let report = self.report();
        card.push_str("\n## What it was trained on\n\n");
        if report.stopped == Stopped::Elsewhere {
            card.push_str("Its weights came ready: what they were fitted to is not known here.\n");
            return;
        }
        let (train, valid) = (report.train_rows, report.valid_rows);
        let _ = writeln!(
            card,
            "- {train} training rows, to which weights were fitted, and {valid} validation rows, which chose the best epoch."
        );
        let counts = labels.iter().zip(&report.train_labels).map(|(label, rows)| format!("{label} {rows}"));
        let _ = writeln!(card, "- Training rows of each label: {}.", counts.collect::<Vec<_>>().join(", "));
        if let Some(rows) = &report.rows {
            let _ = writeln!(card, "- The digest of the rows' texts and labels is `{}`.", code(rows));
        }
        let unknown = 100.0 * report.unknown_share;
        let _ = writeln!(
            card,
            "- {unknown:.1} % of the validation part's tokens are unknown words; {} texts were cut.",
            report.truncated
        );
        if let Some(vectors) = &report.vectors {
            let [words, tokens] = [vectors.vocab_coverage, vectors.token_coverage].map(|share| 100.0 * share);
            let _ = writeln!(
                card,
                "- It started from word vectors for {words:.1} % of the words and {tokens:.1} % of the training tokens, with {} more words \
                 (digest `{}`).",
                vectors.extra_words,
                code(&vectors.digest)
            );
        }
        if let Some(begun) = &report.begun_from {
            let _ = writeln!(card, "- It was fine-tuned from the classifier with the digest `{}`.", code(begun));
        }
        let ended = match report.stopped {
            Stopped::Epochs => "all epochs were done",
            Stopped::Patience => "no epoch was better for a while",
            Stopped::Observer | Stopped::Elsewhere => "it was asked to",
        };
        let (epochs, seed, set) = (report.epochs.len(), self.config().seed, code(&report.instruction_set));
        let _ = writeln!(
            card,
            "- Training ended after {epochs} epochs, because {ended}. The seed is {seed}; it ran on `{set}`."
        );
    }
}

fn evaluation_part(card: &mut String, Evaluated { rows, evaluation }: &Evaluated) {
    let (total, bootstrap) = (evaluation.report.total, &evaluation.bootstrap);
    let percent = 100.0 * bootstrap.level;
    let _ = write!(
        card,
        "\nOn {}, {total} rows, with intervals of {percent} % ({} resamples, seed {}):\n\n| figure | label | value | from | to |\n|---|---|---|---|---|\n",
        plain(rows),
        bootstrap.resamples,
        bootstrap.seed
    );
    let shown = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    for Figure { metric, label, value, interval, .. } in &evaluation.figures {
        // The names are those of all labels together.
        let (name, label) = match label {
            Some(label) => (metric.name().trim_start_matches("macro "), plain(label)),
            None => (metric.name(), "all".to_owned()),
        };
        let [low, high] = [interval.map(|interval| interval.low), interval.map(|interval| interval.high)].map(shown);
        let _ = writeln!(card, "| {name} | {label} | {} | {low} | {high} |", shown(*value));
    }
}

fn calibration_part(card: &mut String, calibrated: Option<&Calibrated>) {
    let Some(calibrated) = calibrated else {
        card.push_str("It is not calibrated: probabilities are the network's own.\n");
        return;
    };
    let rows = calibrated.rows;
    let whose = match calibrated.origin {
        Origin::OutOfFold { folds } => format!("each scored by one of {folds} classifiers that do not know it"),
        Origin::SetAside => "set aside before training".to_owned(),
        Origin::Compared => "that it had not seen".to_owned(),
        _ => "of which nobody knows whether it had seen them".to_owned(),
    };
    let shown = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    let (before, after) = (calibrated.before, calibrated.after);
    let _ = writeln!(
        card,
        "Probabilities are corrected on {rows} rows, {whose}. Their log-loss goes from {} to {}, their calibration error from {} to {}.",
        shown(before.log_loss),
        shown(after.log_loss),
        shown(before.calibration_error),
        shown(after.calibration_error)
    );
    if let Some(why) = &calibrated.uncorrected {
        let _ = writeln!(card, "There is no correction: {}.", plain(why));
    }
    if calibrated.abstention.is_some() {
        card.push_str("It leaves texts of which it is unsure to a person.\n");
    }
}

/// A name as it may stand between backticks.
fn code(name: &str) -> String {
    visible(name).replace('`', "'")
}

/// A name as it may stand in a line of Markdown: no mark of it has a meaning there.
pub(crate) fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in visible(name).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out
}
