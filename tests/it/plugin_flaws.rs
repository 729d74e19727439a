//! Each check of `surmise plugin check` finds what it is there for, and nothing else: a plugin that
//! breaks one rule on demand.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::plugin::has;
use crate::support::{Bench, Finished, repository};

/// A flaw of `tests/fixtures/flawed-in-c`, the check that finds it, what is said of it, and which
/// checks of the same group find it, too.
type Flaw = (&'static str, &'static str, &'static str, &'static [&'static str]);

const FLAWS: &[Flaw] = &[
    ("load.host", "load.host", "has schema 2, this Surmise reads 1", &[]),
    ("abi 2", "load.host", "built for plugin ABI 2.x", &[]),
    ("load.entry", "load.entry", "another table when it is asked again", &[]),
    ("load.entry newest", "load.entry", "a host of a later minor version", &[]),
    ("load.quiet", "load.quiet", "loading starts 1 threads", &[]),
    ("load.quiet prints", "load.quiet", "it prints to stdout: hello from the plugin", &[]),
    ("load.time", "load.time", "loading takes ", &[]),
    ("load.extensions", "load.extensions", "answers the unknown extension", &[]),
    ("descriptor.version", "descriptor.version", "\"1\" is no version", &["descriptor.note"]),
    ("descriptor.note", "descriptor.note", "its note says version \"1.0.0\", its descriptor", &[]),
    ("descriptor.words", "descriptor.words", "did you mean `predict_proba`?", &[]),
    ("descriptor.words none", "descriptor.words", "does not say `deterministic`", &[]),
    ("descriptor.help", "descriptor.help", "the model has no help text", &[]),
    ("descriptor.extensions", "descriptor.extensions", "but has no surmise.importance/1", &[]),
    (
        "parameters.defaults",
        "parameters.defaults",
        "E_INVALID: no hyperparameters are good enough",
        &["parameters.bounds", "parameters.random"],
    ),
    (
        "no instance",
        "parameters.defaults",
        "success, but no instance",
        &["parameters.bounds", "parameters.random"],
    ),
    (
        "parameters.bounds",
        "parameters.bounds",
        "scale = 1.0: create answers E_INVALID",
        &["parameters.defaults", "parameters.random"],
    ),
    ("parameters.random", "parameters.random", "E_INVALID: not that one", &[]),
    ("parameters.refused", "parameters.refused", "it takes the text \"\"", &[]),
    ("parameters.refused silent", "parameters.refused", "E_INVALID without a text", &[]),
    ("parameters.refused crash", "parameters.refused", "segmentation fault, in create with", &[]),
    (
        "exit in create",
        "parameters.defaults",
        "ended the process with exit code 0, in create",
        &["parameters.bounds", "parameters.random", "parameters.refused"],
    ),
    ("data.one_row", "data.one_row", "it crashed: segmentation fault, in fit", &[]),
    ("data.one_feature", "data.one_feature", "fit answers E_INTERNAL without a text", &[]),
    ("data.constant", "data.constant", "segmentation fault, in predict", &[]),
    ("data.constant_target", "data.constant_target", "is NaN, or was not written", &[]),
    ("data.collinear", "data.collinear", "segmentation fault, in fit", &[]),
    ("data.wide", "data.wide", "it crashed: aborted, in fit", &[]),
    ("data.many_classes", "data.many_classes", "segmentation fault", &[]),
    ("data.many_rows", "data.many_rows", "segmentation fault, in fit with", &[]),
    ("data.many_rows slow", "data.many_rows", "it did not end within 2 s, in fit", &[]),
    (
        "data.unseen_category",
        "data.unseen_category",
        "in predict with rows of the category -1",
        &[],
    ),
    ("data.absent_class", "data.absent_class", "the status -77", &[]),
    ("data.huge", "data.huge", "prediction 0 is infinite", &["data.far"]),
    ("data.tiny", "data.tiny", "prediction 0 is NaN", &[]),
    ("data.far", "data.far", "prediction 0 is NaN", &["data.huge"]),
    ("data.missing", "data.missing", "NaN", &[]),
    ("data.padded", "data.padded", "rows with padding", &[]),
    ("data.read_only", "data.read_only", "segmentation fault, in fit", &[]),
    ("data.bounds", "data.bounds", "segmentation fault, in fit", &[]),
    ("data.zero_weights", "data.zero_weights", "with rows of weight 0 against without", &[]),
    ("fit.learns", "fit.learns", "an easy classification", &["fit.weights"]),
    (
        "fit.repeats",
        "fit.repeats",
        "a second fit with the same seed",
        &["fit.threads", "fit.again", "fit.weights"],
    ),
    ("fit.threads", "fit.threads", "2 threads: output", &[]),
    ("fit.seeds", "fit.seeds", "the lower half of its seed alone", &[]),
    ("fit.seeds zero", "fit.seeds", "segmentation fault, in fit with seed 0", &[]),
    ("fit.again", "fit.again", "fitted a second time", &[]),
    ("fit.reports", "fit.reports", "it reports step 4 after step 5", &["fit.stop"]),
    ("fit.reports none", "fit.reports", "reports nothing of an easy fit", &[]),
    ("fit.stop", "fit.stop", "it did not end within 2 s, in fit", &[]),
    ("fit.stop fails", "fit.stop", "told to stop, it keeps no model", &["fit.cancel"]),
    ("fit.cancel", "fit.cancel", "it did not end within 2 s, in fit", &[]),
    ("fit.cancel success", "fit.cancel", "fit answers with success", &[]),
    ("fit.deadline", "fit.deadline", "it did not end within 2 s, in fit with a deadline", &[]),
    ("fit.tasks", "fit.tasks", "a classification, which it does not claim to do", &[]),
    ("fit.weights", "fit.weights", "rows of weight 2 against", &[]),
    ("fit.budget", "fit.budget", "given 1 threads, a fit starts 5 more", &[]),
    ("fit.joins", "fit.joins", "1 threads still run after fit has returned", &["fit.budget"]),
    (
        "predict.usable",
        "predict.usable",
        "is NaN, or was not written",
        &["predict.rows", "predict.twice", "predict.instances", "predict.agrees"],
    ),
    (
        "predict.usable code",
        "predict.usable",
        "0.5 is not the code of one of 2 classes",
        &["predict.rows", "predict.twice", "predict.instances"],
    ),
    (
        "predict.usable proba",
        "predict.usable",
        "probabilit",
        &["predict.rows", "predict.twice", "predict.instances", "predict.agrees"],
    ),
    ("predict.rows", "predict.rows", "row 0 alone: output 0", &[]),
    ("predict.empty", "predict.empty", "E_INVALID: there are no rows", &[]),
    ("predict.twice", "predict.twice", "predicted a second time", &["predict.rows"]),
    ("predict.twice state", "predict.twice", "changes the state that is saved", &["predict.rows"]),
    ("predict.agrees", "predict.agrees", "is predicted as class", &[]),
    ("predict.unfitted", "predict.unfitted", "it predicts before it was fitted", &[]),
    ("predict.unfitted status", "predict.unfitted", "E_NOT_FITTED is expected", &[]),
    ("predict.width", "predict.width", "2 features instead of 3 is answered with success", &[]),
    ("predict.room", "predict.room", "wrote outside of the output", &[]),
    ("predict.kinds", "predict.kinds", "the kind 0 of a", &[]),
    ("predict.instances", "predict.instances", "beside another instance", &[]),
    ("predict.importance", "predict.importance", "feature 0 has the importance -1", &[]),
    ("predict.importance room", "predict.importance", "one feature too many", &[]),
    (
        "crash in predict",
        "predict.usable",
        "it crashed: segmentation fault, in predict",
        &[
            "predict.rows",
            "predict.empty",
            "predict.twice",
            "predict.agrees",
            "predict.unfitted",
            "predict.width",
            "predict.room",
            "predict.kinds",
            "predict.instances",
        ],
    ),
    ("state.returns", "state.returns", "a loaded model", &["state.pieces"]),
    (
        "state.same",
        "state.same",
        "a second save writes other bytes",
        &["state.returns", "state.writer"],
    ),
    (
        "state.pieces",
        "state.pieces",
        "1 bytes at a time: load answers E_BAD_STATE",
        &["state.reader"],
    ),
    ("state.cut", "state.cut", "is loaded as if it were whole", &["state.reader"]),
    (
        "state.damaged",
        "state.damaged",
        "it crashed: segmentation fault, in load",
        &["state.cut", "state.memory", "state.reader"],
    ),
    ("state.memory", "state.memory", "makes it ask for", &[]),
    ("state.writer", "state.writer", "of 72 bytes succeeds", &[]),
    ("state.reader", "state.reader", "E_INTERNAL: how?; E_IO is expected", &[]),
    ("state.other", "state.other", "the state of `flawed` given to `other`", &[]),
    ("state.unfitted", "state.unfitted", "it saves a model that was not fitted", &[]),
    ("gradient.begins", "gradient.begins", "the same seed starts training elsewhere", &[]),
    (
        "gradient.begins layout",
        "gradient.begins",
        "its blocks hold",
        &[
            "gradient.slopes",
            "gradient.batches",
            "gradient.weights",
            "gradient.repeats",
            "gradient.keeps",
            "gradient.precision",
            "gradient.forward",
            "gradient.descends",
        ],
    ),
    ("gradient.slopes", "gradient.slopes", "(in `biases`) is told as", &[]),
    (
        "gradient.batches",
        "gradient.batches",
        "the mean loss of batches of 1",
        &["gradient.weights"],
    ),
    ("gradient.weights", "gradient.weights", "the loss with rows of weight 2", &[]),
    ("gradient.repeats", "gradient.repeats", "the same pass again", &[]),
    ("gradient.keeps", "gradient.keeps", "the state after a pass that does not train", &[]),
    ("gradient.precision", "gradient.precision", "the slopes in single precision", &[]),
    ("gradient.forward", "gradient.forward", "row 0 alone", &[]),
    ("gradient.descends", "gradient.descends", "the loss is", &["gradient.slopes"]),
    (
        "gradient.nan",
        "gradient.slopes",
        "the loss is NaN",
        &[
            "gradient.batches",
            "gradient.weights",
            "gradient.repeats",
            "gradient.keeps",
            "gradient.precision",
            "gradient.descends",
        ],
    ),
    ("gradient.refuses", "gradient.refuses", "although it says that the host does", &[]),
    ("lifecycle.nothing", "lifecycle.nothing", "segmentation fault, in destroy", &[]),
    (
        "lifecycle.unfitted",
        "lifecycle.unfitted",
        "it crashed: aborted, in destroy",
        &["lifecycle.memory", "lifecycle.process", "lifecycle.quiet"],
    ),
    ("lifecycle.moves", "lifecycle.moves", "E_INTERNAL: where am I?", &[]),
    ("lifecycle.memory", "lifecycle.memory", "instances made and destroyed leave", &[]),
    ("lifecycle.process", "lifecycle.process", "it changes the handlers of signals", &[]),
    ("lifecycle.quiet", "lifecycle.quiet", "it prints to stdout: hello from the model", &[]),
    ("lifecycle.quiet file", "lifecycle.quiet", "it leaves left-behind in its folder", &[]),
    ("lifecycle.limit", "lifecycle.limit", "it did not end within 2 s, in fit with 256 MiB", &[]),
    ("lifecycle.limit crash", "lifecycle.limit", "segmentation fault, in fit with 256 MiB", &[]),
    (
        "crash at exit",
        "lifecycle.nothing",
        "after all calls, as the process ended",
        &[
            "lifecycle.unfitted",
            "lifecycle.moves",
            "lifecycle.memory",
            "lifecycle.process",
            "lifecycle.quiet",
            "lifecycle.limit",
        ],
    ),
    ("crash in fit", "fuzz.lives", "in fit with --reproduce", &[]),
];

/// The flawed plugin, built once for all tests.
pub(crate) fn flawed() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libsurmise_flawed.so");
        compile(&library, &[]);
        library
    })
}

fn compile(library: &Path, more: &[&str]) {
    let root = repository();
    let unfinished = library.with_extension(format!("{}.unfinished", std::process::id()));
    let output = Command::new("cc")
        .args(["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"])
        .args(["-fvisibility=hidden", "-Wl,-z,relro,-z,now", "-I"])
        .arg(root.join("plugins/abi/include"))
        .arg(root.join("tests/fixtures/flawed-in-c/flawed.c"))
        .args(more)
        .args(["-lm", "-lpthread", "-o"])
        .arg(&unfinished)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::rename(unfinished, library).unwrap();
}

/// Checks a plugin with a flaw; what is not a pass or a skip.
fn found(flaw: &str, library: &Path, more: &[&str]) -> (Finished, Vec<(String, String, String)>) {
    let bench = Bench::new();
    let library = library.to_str().unwrap();
    let args = [&["plugin", "check", library, "--json"], more].concat();
    let mut command = bench.command(&args);
    command.env("FLAW", flaw);
    let finished = Finished::of(command);
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let lines = finished.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let bad = lines
        .filter(|line| ["fail", "warn"].contains(&text(line, "status").as_str()))
        .map(|line| (text(&line, "check"), text(&line, "status"), text(&line, "why")))
        .collect();
    (finished, bad)
}

#[test]
fn without_a_flaw_everything_passes() {
    if !has("cc") {
        return;
    }
    let (finished, mut bad) = found("", flawed(), &["--timeout", "300"]);
    bad.retain(|(id, ..)| id != "load.time");
    assert_eq!((finished.code, bad), (0, vec![]), "{}{}", finished.out, finished.err);
}

/// In four parts, so that they run side by side.
fn part(part: usize) {
    if !has("cc") {
        return;
    }
    let mut wrong = Vec::new();
    for (flaw, check, why, also) in FLAWS.iter().skip(part).step_by(4) {
        let hangs = why.contains("did not end within 2 s");
        let group = check.split('.').next().unwrap();
        let only = if hangs { format!("^{check}$") } else { format!("^{group}\\.") };
        let limit = if hangs { "2" } else { "300" };
        let (finished, bad) = found(flaw, flawed(), &["--only", &only, "--timeout", limit]);
        let told = bad.iter().any(|(id, _, told)| id == check && told.contains(why));
        // A busy machine takes its time.
        let others = bad.iter().filter(|(id, ..)| id != check && id != "load.time");
        let others = others.filter(|(id, ..)| !also.contains(&id.as_str())).count();
        let code = if bad.iter().any(|(_, status, _)| status == "fail") { 9 } else { 0 };
        if !told || 0 < others || finished.code != code {
            wrong.push(format!("{flaw}: {bad:#?}\n{}", finished.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_flaw_is_found_by_its_check_part_1() {
    part(0);
}

#[test]
fn each_flaw_is_found_by_its_check_part_2() {
    part(1);
}

#[test]
fn each_flaw_is_found_by_its_check_part_3() {
    part(2);
}

#[test]
fn each_flaw_is_found_by_its_check_part_4() {
    part(3);
}

/// Those that are made by the compiler, and the few that a plugin cannot break alone.
#[test]
fn each_flaw_of_the_file_is_found_by_its_check() {
    if !has("cc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libsurmise_flawed.so");
    let stranger = folder.path().join("libstranger.so");
    let nothing = folder.path().join("nothing.c");
    std::fs::write(&nothing, "int nothing(void) { return 0; }\n").unwrap();
    let args = ["-shared", "-fPIC", "-o"];
    let made = Command::new("cc").args(args).args([&stranger, &nothing]).status().unwrap();
    assert!(made.success());
    let stranger = stranger.to_str().unwrap();
    let other_abi = r#"-DNOTE="{\"name\":\"x\",\"version\":\"1.0.0\",\"abi\":\"2.0\"}""#;
    for (flags, check, why) in [
        (&["-DMORE_EXPORTS"][..], "static.exports", "such as flawed_answer"),
        (&["-Wl,--no-as-needed", stranger], "static.needs", "libstranger.so"),
        (&["-Wl,-rpath,$ORIGIN/lib"], "static.search", "$ORIGIN/lib"),
        (&["-Wl,-z,execstack"], "static.hardening", "executable stack"),
        (&["-Wl,-z,lazy"], "static.hardening", "link with -Wl,-z,now"),
        (&["-Wl,-z,norelro"], "static.hardening", "link with -Wl,-z,relro"),
        (&["-DNOTE=\"none\""], "static.note", "no section .surmise.meta"),
        (&[other_abi], "static.note", "its note says ABI \"2.0\""),
    ] {
        compile(&library, flags);
        let (_, bad) = found("", &library, &["--only", "^static"]);
        assert!(bad.len() == 1 && bad[0].0 == check && bad[0].2.contains(why), "{check}: {bad:?}");
    }
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    compile(&library, &[]);
    std::fs::set_permissions(&library, mode).unwrap();
    let (_, bad) = found("", &library, &["--only", "^static"]);
    assert!(bad.len() == 1 && bad[0].2.contains("everybody may write"), "{bad:?}");
}

/// A worker's environment is empty, so the compiler makes this one.
#[test]
fn a_flaw_that_shows_in_a_worker_alone_is_found() {
    if !has("cc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libsurmise_flawed.so");
    compile(&library, &["-DNEEDS_PATH"]);
    let (_, bad) = found("", &library, &["--only", "^(fit.learns|sandbox)"]);
    let (check, why) = ("sandbox.default", "who am I without a path?");
    let is_it = |(id, _, told): &(String, String, String)| id == check && told.contains(why);
    assert!(bad.len() == 2 && bad.iter().all(is_it), "{bad:?}");
}

#[test]
fn without_memory_a_model_may_abort() {
    if !has("cc") {
        return;
    }
    let (finished, bad) = found("lifecycle.limit abort", flawed(), &["--only", "limit"]);
    assert_eq!((finished.code, bad), (0, vec![]), "{}", finished.out);
}

#[test]
fn valgrind_finds_what_does_not_show() {
    if !has("cc") {
        return;
    }
    let watched = ["--only", "lifecycle.(valgrind|quiet)", "--timeout", "300"];
    let (finished, bad) = found("lifecycle.valgrind", flawed(), &watched);
    assert_eq!((finished.code, bad), (0, vec![]), "it does not show otherwise");
    assert!(finished.out.contains("it is slow: `--valgrind` makes it"), "{}", finished.out);
    let (finished, bad) =
        found("lifecycle.valgrind", flawed(), &[&watched[..], &["--valgrind"]].concat());
    if !has("valgrind") {
        assert!(finished.out.contains("valgrind is not installed"), "{}", finished.out);
        return;
    }
    assert!(bad.iter().all(|(id, ..)| id == "lifecycle.valgrind"), "{bad:?}");
    assert!(bad.iter().all(|(.., why)| why == "valgrind: Invalid write of size 8"), "{bad:?}");
    assert_eq!((finished.code, bad.len()), (9, 2), "{}", finished.out);
}

#[test]
fn a_plugin_that_cannot_be_loaded_is_told_and_the_rest_skipped() {
    if !has("cc") {
        return;
    }
    for (flaw, why) in [
        ("crash in load", "it crashed: segmentation fault, while it was loaded"),
        ("hang in load", "it did not end within 1 s, while it was loaded"),
    ] {
        let only = ["--only", "^(static|load|state)", "--timeout", "1"];
        let (finished, bad) = found(flaw, flawed(), &only);
        let ids: Vec<&str> = bad.iter().map(|(id, ..)| id.as_str()).collect();
        assert_eq!(ids, ["load.host", "load.entry", "load.quiet", "load.time"], "{bad:?}");
        assert!(bad.iter().all(|(_, _, told)| told == why), "{bad:?}");
        assert_eq!(finished.code, 9);
        let (skipped, _) = found(flaw, flawed(), &["--only", "^state", "--timeout", "1"]);
        assert_eq!(skipped.code, 9, "skipping everything is no success");
        assert!(finished.out.contains("the host does not load the plugin, see load.host"));
    }
}

#[test]
fn a_life_of_the_fuzzer_is_lived_again() {
    if !has("cc") {
        return;
    }
    let (_, bad) = found("fit.weights", flawed(), &["--only", "fuzz", "--fuzz", "3"]);
    assert_eq!(bad, vec![], "a life has no weights");
    let (_, bad) = found("crash in fit", flawed(), &["--only", "fuzz"]);
    let (_, rest) = bad[0].2.split_once("--reproduce ").unwrap();
    let seed = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap();
    let (_, again) = found("crash in fit", flawed(), &["--reproduce", seed, "--seed", "77"]);
    assert_eq!(again[0], bad[0]);
}

#[test]
fn every_check_has_a_flaw() {
    let listed = Bench::new().ok(&["plugin", "check", "--list", "--json"]);
    let source = include_str!("plugin_flaws.rs");
    // Whatever is no library is tried in `plugin_check`.
    let excused = ["static.library", "static.permissions"];
    for line in listed.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let id = line["check"].as_str().unwrap();
        let known = FLAWS.iter().any(|(_, check, ..)| *check == id)
            || source.contains(&format!("\"{id}\", "));
        assert!(known || excused.contains(&id), "{id} has no flaw");
    }
}
