//! Who was taken for whom.

use plaudit_metrics::ConfusionMatrix;

use super::Picture;
use super::frame::{Frame, Scale};
use super::picture::{Field, Table};
use super::svg::{AXIS, Anchor, BLACK, Font, GREY, NOTE, Stroke, Svg, TICK, Turn};
use super::text::{counted, percent, shorten, thousands, width};

/// More labels than this are not drawn: a cell needs room for its share.
const MOST_LABELS: usize = 30;
/// The side of a cell from which on the count stands in it too.
const ROOMY: f64 = 47.0;

/// Returns the confusion matrix: rows are the truth, columns the prediction. Each cell has the number of texts and
/// their share of the row, which also is its shade; from 13 labels on the share alone. Of more than 30 labels, the 30
/// with most texts are drawn.
///
/// Where texts have weights, counts are counts and shares are of weight. The CSV has a row a cell:
/// `truth,predicted,texts,weight,share`, the share being that of the true label's weight, empty where there is none.
pub fn confusion_matrix(matrix: &ConfusionMatrix) -> Picture {
    let names: Vec<&str> = matrix.labels().iter().collect();
    let weights: Vec<f64> = matrix.cells().collect();
    let rows: Vec<Row<'_>> = names
        .iter()
        .zip(matrix.rows())
        .zip(weights.chunks(names.len()))
        .map(|((name, counts), weights)| Row { name, counts, weights, total: weights.iter().sum() })
        .collect();
    let mut table = Table::new("truth,predicted,texts,weight,share");
    for row in &rows {
        for (predicted, cell) in names.iter().zip(row.cells()) {
            let names = [Field::Name(row.name), Field::Name(predicted)];
            table.push(names.into_iter().chain([
                Field::Count(cell.count),
                Field::Number(cell.weight),
                cell.share.into(),
            ]));
        }
    }

    let drawn = most_frequent(matrix);
    let mut title = format!("Confusion matrix: {}", counted(matrix.total(), "text"));
    if let Some(accuracy) = matrix.report().accuracy {
        title.push_str(&format!(", {} right", percent(accuracy)));
    }
    let mut note = if matrix.is_weighted() { "shares are of weight".to_owned() } else { String::new() };
    if drawn.len() < names.len() {
        let joint = if note.is_empty() { "" } else { "; " };
        note.push_str(&format!(
            "{joint}the {} of {} labels with most texts; all are in the CSV",
            drawn.len(),
            names.len()
        ));
    }
    let mut svg = Svg::new(&title, &note);
    let side = (600.0 / drawn.len() as f64).clamp(29.0, 92.0);
    let whole = side * drawn.len() as f64;
    let mut widest = 0.0f64;
    for (place, row) in drawn.iter().filter_map(|&label| rows.get(label)).enumerate() {
        let y = (place as f64 + 0.5) * side;
        widest = widest.max(width(&shorten(row.name, NAME.size, NAME.most), NAME.size));
        svg.text((-10.0, y), row.name, Font { anchor: Anchor::End, ..NAME });
        svg.text((whole + 10.0, y), &thousands(row.counts.iter().sum()), TICK);
        let cells: Vec<Cell> = row.cells().collect();
        for (column, cell) in drawn.iter().filter_map(|&label| cells.get(label)).enumerate() {
            cell.draw(&mut svg, (column as f64 * side, y - side / 2.0), side);
        }
    }
    // Over the cells' own borders.
    for place in 0..drawn.len() {
        let corner = place as f64 * side;
        svg.rect((corner, corner), (side, side), "none", Some(Stroke::new(BLACK, 2.0)));
    }
    svg.text((whole + 10.0, -10.0), "texts", NOTE);
    let columns: Vec<&str> = drawn.iter().filter_map(|&label| names.get(label).copied()).collect();
    let frame = Frame { top: 0.0, width: whole, height: whole, x: Scale::SHARES, y: Scale::SHARES };
    frame.draw_names(&mut svg, &columns, side, "predicted label");
    if matrix.total() == 0 {
        frame.draw_nothing(&mut svg);
    }
    svg.text((-widest - 30.0, whole / 2.0), "true label", Font { turn: Turn::Up, ..AXIS });
    Picture::new("confusion_matrix", svg.finish(), table)
}

const NAME: Font = Font { most: 220.0, ..TICK };

/// The labels that are drawn, in their order.
fn most_frequent(matrix: &ConfusionMatrix) -> Vec<usize> {
    let mut labels: Vec<usize> = (0..matrix.labels().len()).collect();
    if labels.len() > MOST_LABELS {
        let texts = |&label: &usize| u128::from(matrix.support(label)) + u128::from(matrix.predicted(label));
        labels.sort_by_cached_key(|label| std::cmp::Reverse(texts(label))); // stable
        labels.truncate(MOST_LABELS);
        labels.sort_unstable();
    }
    labels
}

struct Row<'a> {
    name: &'a str,
    counts: &'a [u64],
    weights: &'a [f64],
    total: f64,
}

impl Row<'_> {
    fn cells(&self) -> impl Iterator<Item = Cell> {
        self.counts.iter().zip(self.weights).map(|(&count, &weight)| {
            let share = (self.total > 0.0).then(|| weight / self.total);
            Cell { count, weight, share: share.filter(|share| share.is_finite()) }
        })
    }
}

struct Cell {
    count: u64,
    weight: f64,
    share: Option<f64>,
}

impl Cell {
    fn draw(&self, svg: &mut Svg, (x, y): (f64, f64), side: f64) {
        let shade = self.share.unwrap_or(0.0);
        svg.rect((x, y), (side, side), &blue(shade), Some(Stroke::new("#bbbbbb", 1.0)));
        let colour = if shade > 0.62 { "#ffffff" } else { BLACK };
        let font = Font { anchor: Anchor::Middle, colour, ..TICK };
        let small = Font { size: if side < 34.0 { 9.0 } else { 11.0 }, ..font };
        let middle = (x + side / 2.0, y + side / 2.0);
        let share = match self.share {
            Some(share) if self.count > 0 => whole_percent(share),
            _ => String::new(),
        };
        if side < ROOMY {
            return svg.text(middle, &share, small);
        }
        if self.count == 0 {
            return svg.text(middle, "0", Font { colour: GREY, ..font });
        }
        let exact = thousands(self.count);
        let fits = |text: &String| width(text, font.size) <= side - 4.0;
        let count = Some(exact).filter(fits).unwrap_or_else(|| format!("{:.0e}", self.count as f64));
        svg.text((middle.0, middle.1 - 8.0), &count, Font { bold: true, ..font });
        svg.text((middle.0, middle.1 + 9.0), &share, small);
    }
}

/// A share that is not nothing does not look like nothing, and one that is not all not like all.
fn whole_percent(share: f64) -> String {
    match (100.0 * share).round() {
        0.0 if share > 0.0 => "<1%".to_owned(),
        100.0 if share < 1.0 => ">99%".to_owned(),
        rounded => format!("{rounded}%"),
    }
}

/// From white to a dark blue; its lightness falls evenly, so it also reads in grey.
fn blue(share: f64) -> String {
    let mix = |dark: f64| 255.0 + (dark - 255.0) * share.clamp(0.0, 1.0);
    let [red, green, blue] = [8.0, 48.0, 107.0].map(mix).map(|part| part.round() as u8); // within 0 to 255
    format!("#{red:02x}{green:02x}{blue:02x}")
}
