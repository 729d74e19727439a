//! A plugin in C, built from nothing but the header.

use std::path::Path;
use std::process::Command;

use serde_json::Map;
use surmise_plugin_host::{
    Error, FitOptions, Library, Model, PredictKind, Result, Table, Target, Verdict,
};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Builds the plugin in `dir`; `None` where there is no C compiler.
fn build(dir: &Path) -> Option<Model> {
    if Command::new("cc").arg("--version").output().is_err() {
        return None;
    }
    let library = dir.join("libmean.so");
    let compiled = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-I"])
        .arg(format!("{REPOSITORY}/plugins/abi/include"))
        .arg(format!("{REPOSITORY}/tests/fixtures/mean-in-c/mean.c"))
        .arg("-o")
        .arg(&library)
        .output()
        .expect("running cc");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    Some(Library::open(&library).and_then(|library| library.model(None)).expect("a plugin"))
}

#[test]
fn a_plugin_in_c_fits_predicts_saves_and_loads() -> Result<()> {
    let dir = tempfile::tempdir().expect("a folder");
    let Some(model) = build(dir.path()) else {
        println!("SKIPPED: no C compiler `cc` here, so no plugin in C was tried");
        return Ok(());
    };
    assert_eq!((model.library().id(), model.library().version()), ("mean-in-c", "1.0.0"));
    let values = [1.0, 2.0, 3.0, 4.0];
    let target = Target::Values(&[10.0, 20.0]);
    let train = Table::new(2, 2, &values, &[], Some(target))?;
    let options = FitOptions { seed: 0, n_threads: 1 };
    let mut fitted = model.fit(&Map::new(), &train, options, &mut |_| Verdict::Continue)?;
    assert_eq!(fitted.predict(&train, PredictKind::Value)?, [15.0; 2]);
    let mut loaded = model.load(&fitted.save()?)?;
    assert_eq!(loaded.predict(&train, PredictKind::Value)?, [15.0; 2]);

    let names = ["no".to_owned(), "yes".to_owned()];
    let target = Target::Classes { codes: &[0, 1], names: &names };
    let classes = Table::new(2, 2, &values, &[], Some(target))?;
    let refused = model.fit(&Map::new(), &classes, options, &mut |_| Verdict::Continue);
    assert!(matches!(refused, Err(Error::Data { .. })));
    Ok(())
}
