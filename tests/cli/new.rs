//! `sambung new` and `sambung eval` as their users run them.

use std::fs;

use crate::sambung;

#[test]
fn every_template_checks_clean_and_is_never_written_over_anything() {
    for (template, flow) in [("hello", "halo"), ("shop", "toko"), ("bank", "bank")] {
        let folder = tempfile::tempdir().expect("a folder");
        let project = folder.path().join("line");
        let name = project.to_string_lossy();
        let written = sambung(&["new", &name, "--template", template], "");
        let told = String::from_utf8_lossy(&written.stdout).into_owned();
        assert!(written.status.success() && told.contains("sambung call flows/"), "{written:?}");
        let settings = project.join("sambung.yaml");
        let checked = sambung(&["check", "--deny", "warnings", &settings.to_string_lossy()], "");
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
        let tested = sambung(&["test", &settings.to_string_lossy()], "");
        let told = String::from_utf8_lossy(&tested.stdout).into_owned();
        assert!(tested.status.success() && told.contains(" passed "), "{tested:?}");
        let shipped = fs::read(format!("{}/flows/{flow}.yaml", env!("CARGO_MANIFEST_DIR")));
        let copy = fs::read(project.join(format!("flows/{flow}.yaml")));
        assert_eq!(copy.expect("written"), shipped.expect("shipped"));

        fs::remove_file(&settings).expect("removed");
        let again = sambung(&["new", &name, "--template", template], "");
        assert_eq!(again.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&again.stderr).contains("it is there already"));
        assert!(!settings.exists(), "not a part of it is written");
    }
}

#[test]
fn a_formula_is_worked_out_and_its_faults_are_shown_under_it() {
    for (arguments, code, said) in [
        (
            &["eval", "order.total > 5 and vip", "--var", "order.total=7", "--var", "vip=true"][..],
            0,
            "true\n",
        ),
        (&["eval", "a + 1", "--var", "a=41"][..], 0, "42\n"),
        (&["eval", "a + \"!\"", "--var", "a=0812"][..], 0, "0812!\n"),
        (&["eval", "1 / 0"][..], 1, "the formula has no value: division by zero"),
        (&["eval", "attemps > 1", "--var", "attempts=1"][..], 1, "^^^^^^^"),
        (&["eval", "a == 1", "--var", "a=one"][..], 1, "error[E0503]"),
        (&["eval", "1", "--var", "a"][..], 2, "order.total=7"),
    ] {
        let output = sambung(arguments, "");
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(said), "{arguments:?}: {text}");
    }
}
