//! Shapes and text, written as SVG; the picture grows with what is drawn, so nothing is cut off.

use std::f64::consts::FRAC_1_SQRT_2;
use std::fmt::{self, Write};

use super::look::{Look, Shape, pattern};
use super::text::{clean, shorten, width};

/// A place in pixels: right, down.
pub(super) type Point = (f64, f64);

pub(super) const BLACK: &str = "#000000";
pub(super) const GREY: &str = "#595959"; // 7:1 on white
pub(super) const GRID: &str = "#dddddd";

/// How a line is drawn; `dash` is SVG's, empty for a whole line.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    pub(super) colour: &'static str,
    pub(super) width: f64,
    pub(super) dash: &'static str,
}

impl Stroke {
    pub(super) const fn new(colour: &'static str, width: f64) -> Self {
        Self { colour, width, dash: "" }
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Turn {
    Level,
    /// Reads upwards at 45 degrees.
    Slanted,
    /// Reads upwards.
    Up,
}

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Font {
    pub(super) size: f64,
    pub(super) anchor: Anchor,
    pub(super) turn: Turn,
    pub(super) bold: bool,
    pub(super) colour: &'static str,
    /// A longer text loses its middle; the whole text then is its tooltip.
    pub(super) most: f64,
}

pub(super) const TICK: Font =
    Font { size: 12.0, anchor: Anchor::Start, turn: Turn::Level, bold: false, colour: BLACK, most: 1e4 };
pub(super) const AXIS: Font = Font { size: 13.0, anchor: Anchor::Middle, ..TICK };
pub(super) const NOTE: Font = Font { colour: GREY, ..TICK };
const TITLE: Font = Font { size: 16.0, bold: true, ..TICK };

/// The empty border around everything that is drawn.
const MARGIN: f64 = 16.0;
/// The viewer's own fonts: Latin as on most systems, then Chinese.
const FAMILY: &str = "Helvetica, Arial, 'Liberation Sans', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', \
                      'Noto Sans CJK SC', sans-serif";

/// A picture in the making.
pub(super) struct Svg {
    title: String,
    body: String,
    patterns: Vec<usize>,
    low: Point,
    high: Point,
}

impl Svg {
    /// The title stands over the origin, and a note, which may be empty, between the two.
    pub(super) fn new(title: &str, note: &str) -> Self {
        let (low, high) = ((0.0, 0.0), (0.0, 0.0));
        let mut svg = Self { title: title.to_owned(), body: String::new(), patterns: Vec::new(), low, high };
        svg.text((0.0, if note.is_empty() { -30.0 } else { -48.0 }), title, TITLE);
        svg.text((0.0, -28.0), note, NOTE);
        svg
    }

    fn reach(&mut self, (x, y): Point) {
        self.low = (self.low.0.min(x), self.low.1.min(y));
        self.high = (self.high.0.max(x), self.high.1.max(y));
    }

    fn points(&mut self, tag: &str, points: &[Point]) {
        self.put(format_args!("<{tag} points=\""));
        for (place, &(x, y)) in points.iter().enumerate() {
            self.reach((x, y));
            self.put(format_args!("{}{},{}", if place > 0 { " " } else { "" }, Px(x), Px(y)));
        }
        self.put(format_args!("\""));
    }

    fn put(&mut self, what: fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(what); // a string takes everything
    }

    /// A line through these points.
    pub(super) fn line(&mut self, points: &[Point], stroke: Stroke) {
        if points.len() < 2 {
            return;
        }
        self.points("polyline", points);
        self.put(format_args!(" fill=\"none\" stroke-linejoin=\"round\"{}/>\n", Drawn(stroke)));
    }

    /// A closed shape without an outline.
    pub(super) fn area(&mut self, points: &[Point], colour: &str, opacity: f64) {
        if points.len() < 3 {
            return;
        }
        self.points("polygon", points);
        self.put(format_args!(" fill=\"{colour}\" fill-opacity=\"{}\"/>\n", Px(opacity)));
    }

    pub(super) fn rect(&mut self, (x, y): Point, (width, height): Point, fill: &str, stroke: Option<Stroke>) {
        self.reach((x, y));
        self.reach((x + width, y + height));
        let size = [x, y, width.max(0.0), height.max(0.0)].map(Px);
        let [x, y, width, height] = size;
        self.put(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\""));
        if let Some(stroke) = stroke {
            self.put(format_args!("{}", Drawn(stroke)));
        }
        self.put(format_args!("/>\n"));
    }

    /// An upright interval: a line with a foot at each end.
    pub(super) fn interval(&mut self, x: f64, ends: (f64, f64), colour: &'static str) {
        let stroke = Stroke::new(colour, 1.5);
        self.line(&[(x, ends.0), (x, ends.1)], stroke);
        for y in [ends.0, ends.1] {
            self.line(&[(x - 4.0, y), (x + 4.0, y)], stroke);
        }
    }

    /// A bar in the colour and hatching of this place in a list.
    pub(super) fn bar(&mut self, at: Point, size: Point, place: usize) {
        let pattern = pattern(place);
        if !self.patterns.contains(&pattern.number) {
            self.patterns.push(pattern.number);
        }
        self.rect(at, size, &format!("url(#{})", pattern.id()), Some(Stroke::new(pattern.colour, 1.0)));
    }

    /// A marker about `2 r` wide.
    pub(super) fn mark(&mut self, (x, y): Point, look: Look, r: f64) {
        let fill = if look.filled { look.colour } else { "#ffffff" };
        let at = |points: &[Point]| points.iter().map(|(dx, dy)| (x + r * dx, y + r * dy)).collect::<Vec<_>>();
        let corners: &[Point] = match look.shape {
            Shape::Circle => {
                self.reach((x - r, y - r));
                self.reach((x + r, y + r));
                let [cx, cy, r] = [x, y, r].map(Px);
                self.put(format_args!("<circle cx=\"{cx}\" cy=\"{cy}\" r=\"{r}\""));
                &[]
            }
            Shape::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            Shape::Up => &[(0.0, -1.2), (1.15, 0.9), (-1.15, 0.9)],
            Shape::Down => &[(0.0, 1.2), (1.15, -0.9), (-1.15, -0.9)],
            Shape::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
            Shape::Star => {
                &[(0.0, -1.5), (0.4, -0.4), (1.5, 0.0), (0.4, 0.4), (0.0, 1.5), (-0.4, 0.4), (-1.5, 0.0), (-0.4, -0.4)]
            }
        };
        if !corners.is_empty() {
            self.points("polygon", &at(corners));
        }
        self.put(format_args!(" fill=\"{fill}\"{}/>\n", Drawn(Stroke::new(look.colour, 1.5))));
    }

    /// A text, centred on `y` where it is level.
    pub(super) fn text(&mut self, (x, y): Point, text: &str, font: Font) {
        if text.is_empty() {
            return;
        }
        let whole = clean(text);
        let shown = shorten(&whole, font.size, font.most);
        let long = width(&shown, font.size);
        let before = match font.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => long / 2.0,
            Anchor::End => long,
        };
        // The direction in which the text runs, and down from it.
        let (along, down) = match font.turn {
            Turn::Level => ((1.0, 0.0), (0.0, 1.0)),
            Turn::Slanted => ((FRAC_1_SQRT_2, -FRAC_1_SQRT_2), (FRAC_1_SQRT_2, FRAC_1_SQRT_2)),
            Turn::Up => ((0.0, -1.0), (1.0, 0.0)),
        };
        for (run, drop) in [(-before, -0.6), (-before, 0.6), (long - before, -0.6), (long - before, 0.6)] {
            let drop = drop * font.size;
            self.reach((x + run * along.0 + drop * down.0, y + run * along.1 + drop * down.1));
        }
        let baseline = 0.35 * font.size; // `dominant-baseline` is not known everywhere
        let (x, y) = (Px(x + baseline * down.0), Px(y + baseline * down.1));
        self.put(format_args!("<text x=\"{x}\" y=\"{y}\" font-size=\"{}\"", Px(font.size)));
        match font.anchor {
            Anchor::Start => {}
            Anchor::Middle => self.put(format_args!(" text-anchor=\"middle\"")),
            Anchor::End => self.put(format_args!(" text-anchor=\"end\"")),
        }
        match font.turn {
            Turn::Level => {}
            Turn::Slanted => self.put(format_args!(" transform=\"rotate(-45 {x} {y})\"")),
            Turn::Up => self.put(format_args!(" transform=\"rotate(-90 {x} {y})\"")),
        }
        if font.bold {
            self.put(format_args!(" font-weight=\"bold\""));
        }
        if font.colour != BLACK {
            self.put(format_args!(" fill=\"{}\"", font.colour));
        }
        self.put(format_args!(">{}", Escaped(&shown)));
        if shown != whole {
            self.put(format_args!("<title>{}</title>", Escaped(&whole)));
        }
        self.put(format_args!("</text>\n"));
    }

    /// The whole picture.
    pub(super) fn finish(self) -> String {
        let (left, top) = (self.low.0 - MARGIN, self.low.1 - MARGIN);
        let (left, top) = (left.floor(), top.floor());
        let (width, height) = ((self.high.0 + MARGIN - left).ceil(), (self.high.1 + MARGIN - top).ceil());
        let [left, top, width, height] = [left, top, width, height].map(Px);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"{left} {top} {width} {height}\" font-family=\"{FAMILY}\" role=\"img\">\n\
             <title>{}</title>\n",
            Escaped(&clean(&self.title))
        );
        if !self.patterns.is_empty() {
            out.push_str("<defs>\n");
            self.patterns.iter().for_each(|&number| out.push_str(&pattern(number).definition()));
            out.push_str("</defs>\n");
        }
        out.push_str(&format!(
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.body
        ));
        out
    }
}

/// A number of pixels with at most two decimals.
struct Px(f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Adding 0 makes -0 a plain one.
        let rounded = if self.0.is_finite() { (self.0 * 100.0).round() / 100.0 + 0.0 } else { 0.0 };
        write!(f, "{rounded}")
    }
}

/// The attributes of a line.
struct Drawn(Stroke);

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stroke { colour, width, dash } = self.0;
        write!(f, " stroke=\"{colour}\" stroke-width=\"{}\"", Px(width))?;
        if dash.is_empty() { Ok(()) } else { write!(f, " stroke-dasharray=\"{dash}\"") }
    }
}

/// A text without markup.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            c => f.write_char(c),
        })
    }
}
