//! How often intervals hold the truth and divisions are promoted by mistake, in simulations where the truth is known.

mod common;

use std::process::ExitCode;

use common::{Options, Result, Summary, say, usage};
use plaudit::core::Labels;
use plaudit::promotion::prevalence::{ErrorMatrix, Prior};
use plaudit::promotion::simulation::{Cell, Figures, Outcome, Rate, Regret, Shares, SimulationConfig, simulate as run};
use plaudit::promotion::{MajorityRule, NaiveShare, PaperRule};
use plaudit::{Policy, Rule};
use serde_json::{Value, json};

const HELP: &str = r#"
Simulates divisions whose truth is known: how often 90 % intervals hold it, how often a division exactly at the score that
promotion needs is promoted, how often one that is 0.15 above it, and what the verdicts of each rule lose in score. The runs
are spread over a grid of classifiers, gold rows, texts a division and shares.

cargo run --release --example simulate -- [options]
  --runs N                  the number of runs in all, of 5 divisions each (2000)
  --draws N                 the draws of the error rates in each run (500)
  --seed N                  the seed of everything (0)
  --gold FILE               a classifier of your own in the place of the grid's: gold-by-predicted counts as JSON,
                            {"labels": ["Good", ..], "origin": {"from": "out_of_fold", "folds": 5}, "counts": [[..], ..]}
  --policy FILE             a JSON file, as for promote; its limits are not used
  --margin M                the margin of Corrected, 0 to 10 (1)
  --margins M,M,..          instead of all that: how often each of these margins promotes a division at the bar and one above it
  --prior W                 the weight of each label in the prior of the shares, in texts (1)
  --json                    the last line of standard output is one JSON object"#;

/// The texts of a division: those where power is measured, and those of the other figures.
const POWER: u64 = 400;
const TEXTS: [u64; 3] = [200, 2_000, 100_000];

fn main() -> ExitCode {
    common::run(HELP, &["runs", "draws", "seed", "gold", "policy", "margin", "margins", "prior"], simulate)
}

fn simulate(options: &Options) -> Result<()> {
    let mut config = SimulationConfig::default();
    config.runs = options.positive("runs")?.unwrap_or(config.runs);
    config.cut.draws = options.positive("draws")?.unwrap_or(config.cut.draws);
    config.seed = options.number("seed")?.unwrap_or(config.seed);
    config.policy = options.json("policy", Policy::validate)?.unwrap_or_default();
    config.policy.limits.clear();
    config.policy.max_more = 0;
    if let Some(margin) = options.value("margin") {
        config.margin = real("margin", margin)?;
    }
    if let Some(weight) = options.value("prior") {
        config.cut.prior = Prior::Even { weight: real("prior", weight)? };
    }
    let gold: Option<ErrorMatrix> = options.json("gold", |_| Ok(()))?;
    let labels = gold.as_ref().map_or_else(Labels::dpms, |gold| gold.labels().clone());
    let grid = grid(gold.as_ref(), labels.len())?;
    let cells: Vec<Cell> = grid.iter().map(|(_, cell)| cell.clone()).collect();
    if config.runs / 2 < cells.len() {
        return Err(usage(format!("--runs: expected at least {}, 2 for each case", 2 * cells.len())));
    }
    if let Some(margins) = options.value("margins") {
        return compare(margins, &labels, &grid, config, options);
    }
    let (naive, policy) = (NaiveShare::new(config.policy.clone()), config.policy.clone());
    let (mut paper, majority) = (PaperRule::default(), MajorityRule::default());
    if labels.index_of(&paper.best).is_none() {
        paper.best = labels.iter().next().unwrap_or_default().to_owned();
    }
    let rules: [(&str, &(dyn Rule + Sync)); 4] =
        [("PaperRule", &paper), ("MajorityRule", &majority), ("NaiveShare", &naive), ("Policy", &policy)];
    let found = run(&labels, &cells, &config, &rules).map_err(common::usage_faults)?;
    let alpha = config.policy.alpha;
    let figures = Found { alpha, all: grid.iter().map(|(name, cell)| (name.as_str(), cell)).zip(&found).collect() };
    let summary = figures.print()?;
    if options.value("json").is_some() {
        say!("{}", summary.line());
    }
    Ok(())
}

fn real(name: &str, value: &str) -> Result<f64> {
    value.parse().map_err(|_| usage(format!("--{name}: expected a number, found `{value}`")))
}

/// What each of the margins does, from the same runs.
fn compare(
    margins: &str,
    labels: &Labels,
    grid: &[(String, Cell)],
    mut config: SimulationConfig,
    options: &Options,
) -> Result<()> {
    let cells: Vec<Cell> = grid.iter().map(|(_, cell)| cell.clone()).collect();
    let mut found: Vec<(f64, Vec<Figures>)> = Vec::new();
    for margin in margins.split(',') {
        config.margin = real("margins", margin)?;
        let outcomes = run(labels, &cells, &config, &[]).map_err(common::usage_faults)?;
        found.push((config.margin, outcomes.iter().map(|outcome| outcome.corrected).collect()));
    }
    let names: Vec<String> = found.iter().map(|(margin, _)| format!("{:<20}", format!("margin {margin}"))).collect();
    say!("{:32}  | {}", "promoted at the bar, above it, at", names.join(" | "));
    say!("{:32}  | {}", "a limit", vec![format!("{:20}", "bar   above limit"); found.len()].join(" | "));
    for (place, (name, _)) in grid.iter().enumerate() {
        let of = |(_, figures): &(f64, Vec<Figures>)| {
            figures.get(place).map_or_else(String::new, |figures| {
                let Figures { false_promotions: bar, power, false_promotions_at_limit: limit, .. } = figures;
                format!("{:<20}", format!("{:.3} {:.3} {:.3}", bar.value, power.value, limit.value))
            })
        };
        say!("{name}  | {}", found.iter().map(of).collect::<Vec<_>>().join(" | "));
    }
    let means: Vec<Value> = found
        .iter()
        .map(|(margin, figures)| {
            let mean = |of: fn(&Figures) -> Rate| Rate::mean(figures.iter().map(of));
            let (bar, power) = (mean(|f| f.false_promotions), mean(|f| f.power));
            let limit = mean(|f| f.false_promotions_at_limit);
            say!(
                "margin {margin}: at the bar {:.4} ±{:.4}, above it {:.4} ±{:.4}, at a limit {:.4} ±{:.4}",
                bar.value,
                bar.error,
                power.value,
                power.error,
                limit.value,
                limit.error
            );
            Ok(json!({ "margin": margin, "false_promotions": bar, "power": power, "false_promotions_at_limit": limit }))
        })
        .collect::<Result<_>>()?;
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add("margins", means);
        say!("{}", summary.line());
    }
    Ok(())
}

/// The cases, named.
fn grid(gold: Option<&ErrorMatrix>, labels: usize) -> Result<Vec<(String, Cell)>> {
    let fixed = |shares: [f64; 4]| Shares::Fixed { shares: shares.to_vec() };
    let mut shares = vec![("any", Shares::Uniform)];
    if labels == 4 {
        shares.splice(
            0..0,
            [("55:20:15:10", fixed([0.55, 0.2, 0.15, 0.1])), ("80:15:4:1", fixed([0.8, 0.15, 0.04, 0.01]))],
        );
    }
    let mut cells = Vec::new();
    for texts in TEXTS.into_iter().chain([POWER]) {
        for (shares_name, shares) in &shares {
            if let Some(gold) = gold {
                let name = format!("{:>5} {:>5} {texts:>7}  {shares_name:<11}", "own", "own");
                cells.push((name, Cell::like(gold, texts, shares.clone())?));
                continue;
            }
            for (accuracy, rows) in [(0.66, 50), (0.66, 200), (0.8, 50), (0.8, 200)] {
                let name = format!("{accuracy:>5.2} {rows:>5} {texts:>7}  {shares_name:<11}");
                cells.push((name, Cell::symmetric(labels, accuracy, rows, texts, shares.clone())));
            }
        }
    }
    Ok(cells)
}

struct Found<'a> {
    alpha: f64,
    all: Vec<((&'a str, &'a Cell), &'a Outcome)>,
}

impl Found<'_> {
    /// Outcomes of the cases where power is measured, or of the others.
    fn outcomes(&self, power: bool) -> impl Iterator<Item = &Outcome> + Clone {
        self.all.iter().filter(move |((_, cell), _)| (cell.texts == POWER) == power).map(|(_, outcome)| *outcome)
    }

    fn mean(&self, power: bool, of: impl Fn(&Outcome) -> Rate) -> Rate {
        Rate::mean(self.outcomes(power).map(of))
    }

    /// The least, or greatest, rate of a case.
    fn worst(&self, greatest: bool, of: impl Fn(&Outcome) -> Rate) -> Rate {
        let key = |rate: &Rate| if greatest { -rate.value } else { rate.value };
        let least = self.outcomes(false).map(of).min_by(|a, b| key(a).total_cmp(&key(b)));
        least.unwrap_or_else(|| Rate::mean([]))
    }

    /// In how many cases too many divisions are promoted at the bar, beyond two standard errors.
    fn above(&self) -> usize {
        let at_bar = self.outcomes(false).map(|outcome| outcome.corrected.false_promotions);
        at_bar.filter(|rate| rate.value - 2.0 * rate.error > self.alpha).count()
    }

    /// Regret and harm of each rule.
    fn regrets(&self) -> Vec<(&str, Rate, Rate)> {
        let rules = self.outcomes(false).next().map_or(&[][..], |outcome| outcome.regret.as_slice());
        let mut all = Vec::with_capacity(rules.len());
        for (place, rule) in rules.iter().enumerate() {
            let of = |pick: fn(&Regret) -> Rate| {
                Rate::mean(self.outcomes(false).filter_map(|outcome| outcome.regret.get(place).map(pick)))
            };
            all.push((rule.rule.as_str(), of(|regret| regret.regret), of(|regret| regret.harm)));
        }
        all
    }

    /// What came of all cases together: in words, as it is called in JSON, and the figure.
    fn figures(&self) -> [(&'static str, &'static str, Rate); 13] {
        let mean = |of: fn(&Outcome) -> Rate| self.mean(false, of);
        let worst = |greatest, of: fn(&Outcome) -> Rate| self.worst(greatest, of);
        let (shares, score) = (|o: &Outcome| o.corrected.coverage, |o: &Outcome| o.corrected.score_coverage);
        let (bar, limit) =
            (|o: &Outcome| o.corrected.false_promotions, |o: &Outcome| o.corrected.false_promotions_at_limit);
        [
            ("intervals of shares that hold the truth", "coverage_90", mean(shares)),
            ("  worst case", "coverage_90_worst", worst(false, shares)),
            ("intervals of the score that do", "score_coverage_90", mean(score)),
            ("  worst case", "score_coverage_90_worst", worst(false, score)),
            ("promoted at the bar", "false_promotion_rate", mean(bar)),
            ("  worst case", "false_promotion_worst", worst(true, bar)),
            ("promoted at a limit", "false_promotion_at_limit_rate", mean(limit)),
            ("  worst case", "false_promotion_at_limit_worst", worst(true, limit)),
            ("promoted 0.15 above the bar, 400 texts", "power", self.mean(true, |o| o.corrected.power)),
            ("counts as they are: intervals of shares", "naive_coverage_90", mean(|o| o.naive.coverage)),
            ("  intervals of the score", "naive_score_coverage_90", mean(|o| o.naive.score_coverage)),
            ("  promoted 0.15 above the bar", "naive_power", self.mean(true, |o| o.naive.power)),
            ("  promoted at the bar", "naive_false_promotion_rate", mean(|o| o.naive.false_promotions)),
        ]
    }

    fn print(&self) -> Result<Summary> {
        say!("{:32}  | {:30} | counts as they are", "", "Corrected");
        let columns = "cover  score  at bar  above it";
        say!("{:>5} {:>5} {:>7}  {:11}  | {columns} | {columns}", "right", "gold", "texts", "shares");
        for ((name, _), outcome) in &self.all {
            say!("{name}  | {} | {}", row(&outcome.corrected), row(&outcome.naive));
        }
        say!(
            "\ncover: how often 90 % intervals hold the true share, score: the true score; at bar: how often a division is"
        );
        say!("promoted whose score is exactly the one needed; above it: how often one that is 0.15 higher.\n");
        let mut summary = Summary::default();
        for (words, name, Rate { value, error, .. }) in self.figures() {
            say!("{words:<40} {value:.4} ±{error:.4}");
            summary.add(name, value);
            summary.add(&format!("{}_se", name.trim_end_matches("_rate")), error);
        }
        say!("cases above {} at the bar by more than 2 standard errors: {}", self.alpha, self.above());
        summary.add("cases_above_alpha", self.above());
        say!("\nrule          lost score  of it by promotions");
        let regrets = self.regrets();
        for (rule, regret, harm) in &regrets {
            say!("{rule:<12}  {:>7.4} ±{:.4}  {:>7.4}", regret.value, regret.error, harm.value);
        }
        type Pick = fn(&(&str, Rate, Rate)) -> f64;
        let parts: [(&str, Pick); 4] = [
            ("regret", |rule| rule.1.value),
            ("regret_se", |rule| rule.1.error),
            ("harm", |rule| rule.2.value),
            ("harm_se", |rule| rule.2.error),
        ];
        for (name, pick) in parts {
            summary.add(name, Value::from_iter(regrets.iter().map(|rule| (rule.0, pick(rule)))));
        }
        let cells = self.all.iter().map(|((_, cell), outcome)| json!({"cell": cell, "outcome": outcome}));
        summary.add("cells", cells.collect::<Vec<_>>());
        Ok(summary)
    }
}

fn row(figures: &Figures) -> String {
    let Figures { coverage, score_coverage, false_promotions, power, .. } = figures;
    let [cover, score, bar, above] = [coverage, score_coverage, false_promotions, power].map(|rate| rate.value);
    format!("{cover:>5.3}  {score:>5.3}  {bar:>6.3}  {above:>8.3}")
}
