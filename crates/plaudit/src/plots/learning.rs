//! How training went.

use plaudit_core::Epoch;

use super::Picture;
use super::frame::{Entry, Frame, Sample, Scale, draw_legend};
use super::look::look;
use super::picture::{Field, Table};
use super::svg::{BLACK, Point, Stroke, Svg};
use super::text::percent;
use super::thin::thin;

const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 220.0;

/// Returns the learning curve: above, the loss on the training and the validation part; below, accuracy and macro F1 on
/// the validation part; and the best epoch, the last one whose weights were the best so far.
///
/// The CSV has a row an epoch: `epoch,train_loss,valid_loss,valid_accuracy,valid_macro_f1,best`.
pub fn learning_curve(epochs: &[Epoch]) -> Picture {
    let mut table = Table::new("epoch,train_loss,valid_loss,valid_accuracy,valid_macro_f1,best");
    for epoch in epochs {
        let number = Field::Count(u64::try_from(epoch.number).unwrap_or(u64::MAX));
        let figures = [epoch.train_loss, epoch.valid_loss, epoch.valid_accuracy, epoch.valid_macro_f1];
        let best = Field::Word(if epoch.best { "true" } else { "false" });
        table.push([number].into_iter().chain(figures.map(Field::Number)).chain([best]));
    }
    let numbers = || epochs.iter().map(|epoch| epoch.number as f64);
    let x = Scale::whole(numbers().fold(f64::INFINITY, f64::min), numbers().fold(0.0, f64::max), 10.0);
    let losses = epochs.iter().flat_map(|epoch| [epoch.train_loss, epoch.valid_loss]).chain([0.0]);
    let scores = epochs.iter().flat_map(|epoch| [epoch.valid_accuracy, epoch.valid_macro_f1]);
    let upper = Frame { top: 0.0, width: WIDTH, height: HEIGHT, x, y: Scale::around(losses, 5.0) };
    let y = Scale::around(scores, 5.0).in_percent();
    let lower = Frame { top: HEIGHT + 56.0, width: WIDTH, height: HEIGHT, x: upper.x.clone(), y };

    let best = epochs.iter().rev().find(|epoch| epoch.best);
    let note = best.map_or(String::new(), |best| {
        let (number, accuracy, f1) = (best.number, percent(best.valid_accuracy), percent(best.valid_macro_f1));
        format!("best epoch {number}: validation loss {:.3}, accuracy {accuracy}, macro F1 {f1}", best.valid_loss)
    });
    let mut svg = Svg::new("Learning curve", &note);
    let panels: [(&Frame, &str, &str, [Series; 2]); 2] = [
        (
            &upper,
            "",
            "loss (nats)",
            [("training loss, with dropout", |epoch| epoch.train_loss), ("validation loss", |epoch| epoch.valid_loss)],
        ),
        (
            &lower,
            "epoch",
            "validation score (%)",
            [("accuracy", |epoch| epoch.valid_accuracy), ("macro F1", |epoch| epoch.valid_macro_f1)],
        ),
    ];
    for (first, (frame, x_title, y_title, series)) in [0, 2].into_iter().zip(panels) {
        frame.draw(&mut svg, x_title, y_title);
        let best = best.and_then(|best| frame.at(best.number as f64, 0.0));
        if let Some((x, _)) = best {
            svg.line(&[(x, frame.top), (x, frame.bottom())], BEST);
        }
        let mut entries = Vec::new();
        let mut empty = true;
        for (place, (name, figure)) in (first..).zip(series) {
            let line: Vec<Point> =
                epochs.iter().filter_map(|epoch| frame.at(epoch.number as f64, figure(epoch))).collect();
            svg.line(&thin(line.iter().copied()), look(place).stroke());
            empty &= line.is_empty();
            // So many markers at most, and one at the last epoch.
            let every = line.len().div_ceil(MARKS).max(1);
            line.iter().rev().step_by(every).for_each(|&at| svg.mark(at, look(place), 3.5));
            entries.push(Entry::series(place, name));
        }
        if empty {
            frame.draw_nothing(&mut svg);
        }
        if best.is_some() {
            entries.push(Entry::new(Sample::Line(BEST), "best epoch"));
        }
        draw_legend(&mut svg, (WIDTH + 28.0, frame.top + 8.0), &[], &entries);
    }
    Picture::new("learning_curve", svg.finish(), table)
}

type Series = (&'static str, fn(&Epoch) -> f64);

const MARKS: usize = 30;
const BEST: Stroke = Stroke { colour: BLACK, width: 1.2, dash: "5 3" };
