//! A report on brands as one page that needs nothing else.

mod charts;
mod parts;
mod style;

use std::fmt::{self, Display, Write};

use plaudit_core::visible;

use super::shown::verdict_name;
use super::{BrandReport, Subject, small};

impl BrandReport {
    /// Returns the report as one HTML page with its pictures in it. It loads nothing and runs no script; what people wrote is shown as
    /// [`visible`] has it and cannot break out of its place. The same report is the same page.
    pub fn to_html(&self) -> String {
        let mut page = Page::default();
        let brands: Vec<&str> = self.posts.brands.iter().take(3).map(|brand| brand.name.as_str()).collect();
        let title = match brands.as_slice() {
            [] => "What people say".to_owned(),
            names => format!("What people say about {}", names.join(", ")),
        };
        let _ = write!(
            page,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<h1>{}</h1>\n",
            Text(&title),
            style::STYLE,
            Text(&title)
        );
        parts::posts(&mut page, self);
        parts::findings(&mut page, self);
        parts::sentiment(&mut page, self);
        parts::time(&mut page, self);
        parts::aspects(&mut page, self);
        parts::topics(&mut page, self);
        parts::terms(&mut page, self);
        parts::launches(&mut page, self);
        parts::influence(&mut page, self);
        parts::platforms(&mut page, self);
        parts::made(&mut page, self);
        page.0.push_str("</body>\n</html>\n");
        page.0
    }
}

/// The page as far as it is written. Writing to it never fails.
#[derive(Default)]
struct Page(String);

impl Write for Page {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(text);
        Ok(())
    }
}

impl Page {
    fn heading(&mut self, id: &str, text: &str) {
        let _ = writeln!(self, "<h2 id=\"{id}\">{text}</h2>");
    }

    fn paragraph(&mut self, text: impl Display) {
        let _ = writeln!(self, "<p>{}</p>", Text(&text.to_string()));
    }

    /// A picture that was made here, beside its data for who cannot see it.
    fn picture(&mut self, svg: &str) {
        let _ = writeln!(self, "<figure>{svg}</figure>");
    }

    /// A table; columns after the first are numbers where `numbers` says so.
    fn table<const N: usize>(&mut self, headings: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
        self.0.push_str("<div class=\"wide\"><table>\n<tr>");
        for heading in headings {
            let _ = write!(self, "<th>{heading}</th>");
        }
        self.0.push_str("</tr>\n");
        for row in rows {
            self.0.push_str("<tr>");
            for cell in &row {
                let number = cell.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.'));
                let class = if number { " class=\"number\"" } else { "" };
                let _ = write!(self, "<td{class}>{}</td>", Text(cell));
            }
            self.0.push_str("</tr>\n");
        }
        self.0.push_str("</table></div>\n");
    }

    fn quote(&mut self, uid: &str, text: &str) {
        let _ = writeln!(self, "<blockquote>{} <cite>{}</cite></blockquote>", Text(text), Text(uid));
    }
}

/// Text as it may stand anywhere in a page, in attributes, too.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in visible(self.0).chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

fn subject_name(subject: &Subject) -> &str {
    match subject {
        Subject::Aspect(name) | Subject::Topic(name) => name,
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

fn percent_within(share: f64, interval: Option<plaudit_insight::Interval>) -> String {
    let ends =
        interval.map_or_else(String::new, |ends| format!(" ({:.0} to {:.0})", 100.0 * ends.low, 100.0 * ends.high));
    format!("{}{ends}", percent(share))
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}
