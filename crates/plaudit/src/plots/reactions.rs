//! What people clicked under each post.

use plaudit_core::Result;
use plaudit_promotion::reactions::{Polarity, Reactions, Tally, Valence};

use super::Picture;
use super::frame::{Entry, Frame, Sample, Scale, draw_legend};
use super::picture::{Field, Table};
use super::svg::{Anchor, BLACK, Font, NOTE, Stroke, Svg, TICK};
use super::text::{thousands, width};

const WIDTH: f64 = 440.0;
const ROW: f64 = 30.0;
/// More rows than this are not drawn.
const MOST_ROWS: usize = 100;
/// As many hatchings as there are; rarer reactions repeat one, and stand in no legend.
const MOST_KINDS: usize = 42;

/// Returns the reactions to each post as bars: positive ones to the right, negative ones to the left, the most frequent
/// reaction next to the middle, and beside the bars the sums. Ignored ones are only counted. Posts stand in the
/// order of [`Reactions`]: by time, or by name with `p2` before `p10`. At most 100 are drawn, the first ones.
///
/// The CSV has a row for each reaction to a post: `post,label,reaction,polarity,count`.
///
/// ```
/// use plaudit::{plots, promotion::reactions::{Reactions, Valence}};
///
/// let picture = plots::reactions(&Reactions::dpms(), &Valence::default())?;
/// assert!(picture.csv.contains("library,Good,like,positive,119\n"));
/// # Ok::<(), plaudit::Error>(())
/// ```
///
/// # Errors
/// When the valence is at fault, or does not name a reaction of the data.
pub fn reactions(reactions: &Reactions, valence: &Valence) -> Result<Picture> {
    let tallies = reactions.post_tallies(valence)?;
    let posts = reactions.posts();
    let polarity = |reaction: &str| valence.of(reaction).unwrap_or(Polarity::Ignored);
    let mut table = Table::new("post,label,reaction,polarity,count");
    for post in posts {
        for (reaction, &count) in &post.counts {
            let names = [&post.post, &post.label, reaction].map(|name| Field::Name(name));
            let polarity = polarity(reaction).to_string();
            table.push(names.into_iter().chain([Field::Word(&polarity), Field::Count(count)]));
        }
    }

    let drawn = posts.get(..MOST_ROWS).unwrap_or(posts);
    let note = if drawn.len() < posts.len() {
        format!("the first {MOST_ROWS} of {} posts; all are in the CSV", thousands(posts.len() as u64))
    } else {
        String::new()
    };
    let mut svg = Svg::new("Reactions by post", &note);
    let ends = tallies.iter().take(drawn.len()).flat_map(|tally| [tally.positive as f64, -(tally.negative as f64)]);
    let height = ROW * drawn.len().max(3) as f64;
    let x = Scale::around(ends.chain([0.0]), 6.0).unsigned();
    let frame = Frame { top: 0.0, width: WIDTH, height, x, y: Scale::SHARES };
    frame.draw_x(&mut svg, "negative reactions  |  positive reactions");

    let mut kinds: Vec<(&str, u64)> = reactions.totals().into_iter().filter(|&(_, count)| count > 0).collect();
    kinds.retain(|(kind, _)| polarity(kind) != Polarity::Ignored);
    kinds.sort_by_key(|&(_, count)| std::cmp::Reverse(count)); // stable
    for (row, post) in drawn.iter().enumerate() {
        let y = (row as f64 + 0.5) * ROW;
        let name = format!("{} ({})", post.post, post.label);
        svg.text((-10.0, y), &name, Font { anchor: Anchor::End, most: 240.0, ..TICK });
        for (side, sign) in [(Polarity::Positive, 1.0), (Polarity::Negative, -1.0)] {
            let mut from = 0.0;
            for (place, (kind, _)) in kinds.iter().enumerate().filter(|(_, (kind, _))| polarity(kind) == side) {
                let Some(&count) = post.counts.get(*kind).filter(|&&count| count > 0) else { continue };
                let to = from + sign * count as f64;
                if let (Some((a, _)), Some((b, _))) = (frame.at(from, 0.0), frame.at(to, 0.0)) {
                    svg.bar((a.min(b), y - ROW / 2.0 + 5.0), ((b - a).abs(), ROW - 10.0), place);
                }
                from = to;
            }
        }
    }
    if let Some((x, _)) = frame.at(0.0, 0.0) {
        svg.line(&[(x, 0.0), (x, height)], Stroke::new(BLACK, 1.5));
    }
    if kinds.is_empty() {
        frame.draw_nothing(&mut svg);
    }
    let right = draw_sums(&mut svg, tallies.get(..drawn.len()).unwrap_or_default());
    kinds.truncate(MOST_KINDS);
    let entry = |(place, &(kind, _)): (usize, &(&str, u64))| {
        Entry::new(Sample::Bar(place), kind).with(polarity(kind).to_string())
    };
    let entries: Vec<Entry> = kinds.iter().enumerate().map(entry).collect();
    draw_legend(&mut svg, (right + 28.0, 8.0), &[], &entries);
    Ok(Picture::new("reactions", svg.finish(), table))
}

/// Draws a column of sums for each polarity, and returns where they end.
fn draw_sums(svg: &mut Svg, tallies: &[Tally]) -> f64 {
    let columns = [
        ("negative", (|tally| tally.negative) as fn(&Tally) -> u64),
        ("positive", |tally| tally.positive),
        ("ignored", |tally| tally.ignored),
    ];
    columns.into_iter().fold(WIDTH, |left, (heading, count)| {
        let sums: Vec<String> = tallies.iter().map(|tally| thousands(count(tally))).collect();
        let wide = sums.iter().map(|sum| width(sum, TICK.size)).fold(width(heading, TICK.size), f64::max);
        let right = left + 16.0 + wide;
        svg.text((right, -10.0), heading, Font { anchor: Anchor::End, ..NOTE });
        for (row, sum) in sums.iter().enumerate() {
            svg.text((right, (row as f64 + 0.5) * ROW), sum, Font { anchor: Anchor::End, ..TICK });
        }
        right
    })
}
