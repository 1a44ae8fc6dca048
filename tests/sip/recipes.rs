//! The recipes of the README: our side of each is a configuration that a node takes.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::kamailio::section;

/// The flows that the recipes name.
const FLOWS: [&str; 2] = ["toko.yaml", "halo.yaml"];

#[test]
fn our_side_of_every_recipe_is_a_sound_configuration() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let section = section();
    let ours: Vec<_> = section.split("```yaml\n").skip(1).collect();
    assert_eq!(ours.len(), 5, "one for each recipe");
    for text in ours {
        let (text, _) = text.split_once("```").expect("the block ends");
        let folder = tempfile::tempdir().expect("a folder for the project");
        fs::create_dir(folder.path().join("flows")).expect("it takes folders");
        for flow in FLOWS {
            let to = folder.path().join("flows").join(flow);
            fs::copy(root.join("flows").join(flow), to).expect("it takes files");
        }
        let audio = root.join("audio");
        let head = format!(
            "sambung: 1\nlanguages: [id, en]\nflows: flows\naudio: \"{}\"\n",
            audio.display()
        );
        let routes = if text.contains("routes:") { "" } else { "routes: [{ default: halo }]\n" };
        fs::write(folder.path().join("sambung.yaml"), head + routes + text)
            .expect("it takes files");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sambung"));
        command.args(["check", "sambung.yaml"]).current_dir(folder.path());
        let said =
            command.env("AGENT_201", "kopi-tubruk-201").env("TELKO_PASSWORD", "rahasia-telko");
        let said = said.output().expect("the program runs");
        let complaints = [said.stdout, said.stderr].concat();
        let complaints = String::from_utf8_lossy(&complaints);
        assert_eq!(said.status.code(), Some(0), "{text}\n{complaints}");
    }
}
