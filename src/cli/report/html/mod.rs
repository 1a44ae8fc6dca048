//! A report as one page that needs nothing else: charts drawn here, the tables beside them.
//!
//! Nothing is told by colour alone: areas differ by pattern, every chart has its title and description, and the same
//! numbers stand in a table. It prints well, and follows the light or dark of whoever reads it.

mod chart;
mod draw;

use std::fmt::Write as _;

use super::table::{Cell, Table};
use super::tables::View;
use super::words::Tongue;

/// How the page looks. Colours have a contrast of at least 4.5 : 1 for text, 3 : 1 for areas, on both grounds.
const STYLE: &str = "
:root{color-scheme:light dark;--ground:#fff;--ink:#1b1b1b;--soft:#5b5b5b;--line:#c9c9c9;--one:#1f5fa8;--two:#b4520b;--three:#3f7a2c;--four:#8a4a9e}
@media (prefers-color-scheme:dark){:root{--ground:#16181b;--ink:#ececec;--soft:#b0b0b0;--line:#44484d;--one:#7db4f0;--two:#f0a262;--three:#93cf7c;--four:#d3a0e6}}
@media print{:root{--ground:#fff;--ink:#000;--soft:#444;--line:#bbb;--one:#1f5fa8;--two:#b4520b;--three:#3f7a2c;--four:#8a4a9e}section{break-inside:avoid}}
body{background:var(--ground);color:var(--ink);font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1rem 1.5rem}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.15rem;margin:2rem 0 .25rem}p{color:var(--soft);margin:.25rem 0 .75rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid var(--line);padding:.25rem .6rem;text-align:right;white-space:nowrap}
th{color:var(--soft);font-weight:600}td.text,th.text{text-align:left}
svg{display:block;height:auto;max-width:100%;width:100%}svg text{fill:var(--ink);font:12px system-ui,sans-serif}
svg .axis{stroke:var(--line)}svg .edge{fill:none;stroke:var(--ink);stroke-width:.6}
.one{fill:var(--one)}.two{fill:var(--two)}.three{fill:var(--three)}.four{fill:var(--four)}.trend{fill:none;stroke:var(--one);stroke-width:2}
";

/// The page of a report.
pub(super) fn page(view: &View<'_>, heading: &str, tables: &[Table], tongue: Tongue) -> String {
    let title = format!("{} {heading}", tongue.say("report"));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<h1>{}</h1>\n",
        tongue.tag(),
        escaped(&title),
        escaped(&title)
    );
    let mut shown = |table: &Table| {
        let charts = match table.title {
            "waits" => vec![chart::waits(view, tongue)],
            "agents" => vec![chart::agents(view, tongue)],
            "intervals" => vec![chart::arrivals(view, tongue), chart::levels(view, tongue)],
            _ => Vec::new(),
        };
        section(&mut page, table, &charts, tongue);
    };
    tables.iter().for_each(&mut shown);
    page.push_str("</body>\n</html>\n");
    page
}

fn section(page: &mut String, table: &Table, charts: &[String], tongue: Tongue) {
    let title = escaped(tongue.say(table.title));
    // Writing to a string cannot fail.
    let _written = write!(
        page,
        "<section>\n<h2>{title}</h2>\n<p>{}</p>\n",
        escaped(&table.note).replace('\n', "<br>")
    );
    charts.iter().for_each(|chart| page.push_str(chart));
    if table.rows.is_empty() {
        let _written = write!(page, "<p>{}</p>\n</section>\n", tongue.say("none"));
        return;
    }
    let class = |text: bool| if text { " class=\"text\"" } else { "" };
    let is_text = |at: usize| {
        let cells = table.rows.iter().filter_map(|row| row.get(at));
        cells.into_iter().all(Cell::is_text)
    };
    let _written =
        write!(page, "<div class=\"scroll\"><table>\n<caption hidden>{title}</caption>\n<tr>");
    for (at, name) in table.columns.iter().enumerate() {
        let (class, name) = (class(is_text(at)), escaped(tongue.say(name)));
        let _written = write!(page, "<th scope=\"col\"{class}>{name}</th>");
    }
    page.push_str("</tr>\n");
    for row in &table.rows {
        page.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let _written =
                write!(page, "<td{}>{}</td>", class(is_text(at)), escaped(&cell.shown(tongue)));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table></div>\n</section>\n");
}

/// Text as HTML may hold it, between tags and in attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_cannot_leave_their_place() {
        assert_eq!(escaped("<b a='\"&'>"), "&lt;b a=&#39;&quot;&amp;&#39;&gt;");
    }
}
