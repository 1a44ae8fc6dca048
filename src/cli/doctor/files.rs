//! What is written, and what is missing.

use std::fs;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::config::{Config, Srtp};
use crate::server;

/// Free space below which records may soon be lost, in megabytes, and from which on all is well.
const LITTLE: u64 = 100;
const ENOUGH: u64 = 1_024;
/// Days before its end at which a certificate is to be renewed.
const RENEW_DAYS: u64 = 30;

/// Looks at the files.
pub(super) fn look(config: &Config) -> Vec<Finding> {
    let mut findings: Vec<Finding> = config
        .disabled
        .iter()
        .map(|left_out| Finding::mend(left_out.item.clone(), format!("left out: {}", left_out.why)))
        .collect();
    findings_of_certificate(config, &mut findings);
    let mut folders: Vec<PathBuf> = [&config.records, &config.tickets, &config.callbacks]
        .into_iter()
        .chain(&config.journals)
        .filter_map(|file| file.parent().map(Path::to_path_buf))
        .chain([config.recordings.clone()])
        .collect();
    folders.sort();
    folders.dedup();
    findings.extend(folders.iter().map(|folder| folder_finding(folder)));
    findings
}

/// Whether the certificate can be used, and until when; whether keys of calls travel without one.
fn findings_of_certificate(config: &Config, findings: &mut Vec<Finding>) {
    let Some(tried) = server::try_certificate(config) else {
        if config.rtp.srtp == Srtp::Required {
            let text = "audio is encrypted by keys that travel in the clear";
            findings.push(
                Finding::note("rtp.srtp", text)
                    .cure("listen on `tls:` and give `sip.tls` a certificate"),
            );
        }
        return;
    };
    let what = "certificate";
    findings.push(match tried {
        Err(error) => {
            let mut text = format!("failed to {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                text.push_str(&format!(": {error}"));
                cause = error.source();
            }
            Finding::mend(what, text)
        }
        Ok(None) => Finding::mend(what, "does not hold today").cure("renew it"),
        Ok(Some(days)) if days < RENEW_DAYS => {
            Finding::note(what, format!("holds for {days} more days")).cure("renew it")
        }
        Ok(Some(days)) => Finding::well(what, format!("holds for {days} more days")),
    });
}

/// Whether something can be written there, and how much.
fn folder_finding(folder: &Path) -> Finding {
    // The folder of a bare file name is the one that we are in.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let what = folder.display().to_string();
    // A folder that does not exist yet is made when it is needed: what counts is the one above.
    let here = Path::new(".");
    let above = folder.ancestors().find(|folder| folder.is_dir());
    let Some(existing) = above.or_else(|| folder.is_relative().then_some(here)) else {
        return Finding::mend(what, "is no folder");
    };
    if let Err(error) = tempfile::tempfile_in(existing) {
        return Finding::mend(what, format!("nothing can be written there: {error}"))
            .cure("give it to the user that Sambung runs as");
    }
    match free_megabytes(existing) {
        None => Finding::note(what, "can be written; the system does not tell its free space"),
        Some(free) if free < LITTLE => {
            Finding::mend(what, format!("only {free} MB free: records and recordings will be lost"))
        }
        Some(free) if free < ENOUGH => Finding::note(what, format!("only {free} MB free")),
        Some(free) => Finding::well(what, format!("can be written, {free} MB free")),
    }
}

fn free_megabytes(folder: &Path) -> Option<u64> {
    let folder = fs::canonicalize(folder).ok()?;
    let space = rustix::fs::statvfs(&folder).ok()?;
    Some(space.f_bavail.saturating_mul(space.f_frsize) >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    #[test]
    fn a_folder_that_is_still_to_be_made_counts_as_the_one_above() {
        let above = tempfile::tempdir().expect("a folder");
        let finding = folder_finding(&above.path().join("recordings/2026"));
        assert_ne!(finding.level, Level::Mend, "{finding}");
        for relative in ["", "no-such-folder"] {
            let finding = folder_finding(Path::new(relative));
            assert_ne!(finding.level, Level::Mend, "{finding}");
        }
        let file = above.path().join("file");
        fs::write(&file, "x").expect("written");
        assert_eq!(folder_finding(Path::new("/proc/sys")).level, Level::Mend);
    }
}
