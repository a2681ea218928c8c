//! Table 4: the machine and people, ten draws of the same size.

use plaudit::Result;
use plaudit::metrics::compare_marginals;

use super::tables::Paper;
use super::{Finding, Verdict, join};

const PLACE: &str = "Table 4";

pub(super) fn findings(paper: &Paper) -> Result<Vec<Finding>> {
    let claims = &paper.claims;
    let sums = |draws: &[Vec<u64>]| draws.iter().map(|draw| draw.iter().sum()).collect::<Vec<u64>>();
    let (machine, human) = (sums(&paper.machine), sums(&paper.human));
    let size = claims.draw_size.value;
    let others: Vec<usize> = (1..)
        .zip(machine.iter().zip(&human))
        .filter(|&(_, (&machine, &human))| machine != size || human != size)
        .map(|(attempt, _)| attempt)
        .collect();
    let recomputed = if others.is_empty() {
        format!("{size} in each of {}", machine.len())
    } else {
        format!("another number in {}", join(&others))
    };
    let heading = ["draw_sums", PLACE, "texts of an attempt, machine and human"];
    let sums = Finding::of(heading, &claims.draw_size.text, recomputed, Verdict::matches_if(others.is_empty()));
    let same = machine == human && !machine.contains(&0);
    let compared = if same { Some(compare_marginals(&paper.labels, &paper.human, &paper.machine)?) } else { None };
    let unlike = "an attempt has no texts, or not as many for the machine as for people";
    let apart = |draw: usize, class: usize| {
        let of = |draws: &[Vec<u64>]| draws.get(draw).and_then(|draw| draw.get(class)).copied().unwrap_or(0);
        i128::from(of(&paper.machine)) - i128::from(of(&paper.human))
    };
    let two = (0..).zip(paper.labels.iter()).filter(|(_, label)| ["Good", "Average"].contains(label));
    let largest = two.flat_map(|(class, _)| (0..paper.machine.len()).map(move |draw| (draw, class)));
    let largest = largest.map(|(draw, class)| apart(draw, class).unsigned_abs()).max().unwrap_or(0);
    let claim = &claims.largest_deviation;
    let heading = ["largest_deviation", PLACE, "largest deviation in Good and Average, texts"];
    let largest =
        Finding::of(heading, &claim.text, largest.to_string(), Verdict::matches_if(largest == claim.value.into()));

    let error = compared.as_ref().map(|compared| {
        format!("{:.2} points, largest {:.2}", 100.0 * compared.mean_absolute_error, 100.0 * compared.largest)
    });
    let error = Finding::derived(["mean_deviation", PLACE, "mean absolute deviation of a share"], error, unlike);

    let last = paper.labels.len().saturating_sub(1); // Poor
    let attempts: Vec<usize> = (0..paper.machine.len()).filter(|&draw| apart(draw, last) != 0).collect();
    let claim = &claims.singled_out_attempt;
    let heading = ["attempts_apart", PLACE, "attempts with a deviation in Poor"];
    let alone = attempts.iter().map(|&draw| draw as u64 + 1).eq([claim.value]);
    let found = match attempts.as_slice() {
        [] => format!("none of {}", paper.machine.len()),
        attempts => join(attempts.iter().map(|draw| draw + 1)),
    };
    let signed = attempts.iter().map(|&draw| format!("{:+} in {}", apart(draw, last), draw + 1));
    let note = if attempts.is_empty() { String::new() } else { format!("machine less human: {}", join(signed)) };
    let attempts = Finding::of(heading, &claim.text, found, Verdict::matches_if(alone)).note(note);

    let heading = ["agreement", PLACE, "texts with the same label from both"];
    let agreement = match compared {
        None => Finding::derived(heading, None, unlike),
        Some(compared) => {
            let (low, high) = (100.0 * compared.lowest_agreement, 100.0 * compared.highest_agreement);
            let note = format!(
                "counts of classes bound agreement and do not measure it: {} of {} texts agree in any case, {} differ in any case",
                compared.agreeing, compared.texts, compared.differing
            );
            Finding::unprinted(heading, format!("{low:.1} to {high:.1} %"), Verdict::Bounded).note(note)
        }
    };
    Ok(vec![sums, largest, error, attempts, agreement])
}
