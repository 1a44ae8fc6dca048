//! Findings in the form that code scanners exchange (SARIF 2.1.0, OASIS).

use serde_json::{Value, json};

use crate::flow::check::Rule;
use crate::flow::diagnostic::{Diagnostic, Diagnostics, Level};
use crate::flow::source::Span;

/// Puts results together into one log. `rules` are those that a result may name.
#[must_use]
pub fn sarif_log<'a>(results: &[Value], rules: impl IntoIterator<Item = &'a Rule>) -> Value {
    let rules: Vec<Value> = rules.into_iter().map(described).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "sambung",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn described(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "shortDescription": { "text": rule.what },
        "fullDescription": { "text": rule.why },
        "help": { "text": rule.cure },
        "defaultConfiguration": { "level": rule.level.name() },
    })
}

impl Diagnostics {
    /// A finding as a SARIF result. A certain fix comes with it, a guess does not.
    #[must_use]
    pub fn sarif(&self, diagnostic: &Diagnostic) -> Value {
        let text = match &diagnostic.help {
            Some(help) => format!("{}. Help: {help}", diagnostic.message),
            None => diagnostic.message.clone(),
        };
        let mut result = json!({
            "ruleId": diagnostic.code(),
            "level": match diagnostic.level() {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "note",
            },
            "message": { "text": text },
            "locations": [{ "physicalLocation": self.location(diagnostic.span()) }],
        });
        let related: Vec<Value> = diagnostic
            .labels
            .iter()
            .skip(1)
            .map(|label| {
                json!({
                    "physicalLocation": self.location(label.span),
                    "message": { "text": label.text },
                })
            })
            .collect();
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        if let Some(patch) = diagnostic.patch.as_ref().filter(|patch| patch.certain) {
            let mut location = self.location(patch.span);
            result["fixes"] = json!([{ "artifactChanges": [{
                "artifactLocation": location["artifactLocation"].take(),
                "replacements": [{
                    "deletedRegion": location["region"].take(),
                    "insertedContent": { "text": patch.text },
                }],
            }] }]);
        }
        result
    }

    fn location(&self, span: Span) -> Value {
        let Some(file) = self.file(span.file) else { return json!({}) };
        let ((line, column), (end_line, end_column)) =
            (file.line_column(span.start), file.line_column(span.end));
        json!({
            "artifactLocation": { "uri": uri(&file.path) },
            "region": {
                "startLine": line,
                "startColumn": column,
                "endLine": end_line,
                "endColumn": end_column,
            },
        })
    }
}

/// A path as a relative or absolute URI reference (RFC 3986 §4.2): what may not stand there is written as `%XX`.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
