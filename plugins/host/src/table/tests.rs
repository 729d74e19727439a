//! Tables that a plugin could return, made in memory.

use std::ptr;

use super::*;

unsafe extern "C" fn create(
    _: *const abi::Host,
    _: *const std::ffi::c_char,
    _: u64,
    _: *mut *mut abi::Instance,
) -> i32 {
    abi::E_INTERNAL
}
unsafe extern "C" fn fit(
    _: *mut abi::Instance,
    _: *const abi::FitOptions,
    _: *const abi::Dataset,
    _: *const abi::Dataset,
) -> i32 {
    abi::E_INTERNAL
}
unsafe extern "C" fn predict(
    _: *mut abi::Instance,
    _: *const abi::Dataset,
    _: u32,
    _: *mut f64,
    _: u64,
) -> i32 {
    abi::E_INTERNAL
}
unsafe extern "C" fn save(_: *mut abi::Instance, _: *const abi::Writer) -> i32 {
    abi::E_INTERNAL
}
unsafe extern "C" fn load(
    _: *const abi::Host,
    _: *const abi::Reader,
    _: *mut *mut abi::Instance,
) -> i32 {
    abi::E_INTERNAL
}
unsafe extern "C" fn destroy(_: *mut abi::Instance) {}

fn model() -> abi::Model {
    abi::Model {
        struct_size: size_of::<abi::Model>() as u64,
        id: abi::Str::new("m"),
        create: Some(create),
        fit: Some(fit),
        predict: Some(predict),
        save: Some(save),
        load: Some(load),
        destroy: Some(destroy),
        get_extension: None,
    }
}

/// Reads a good table after both its structs were changed.
fn read_changed(
    change_plugin: impl FnOnce(&mut abi::Plugin),
    change_model: impl FnOnce(&mut abi::Model),
) -> Result<Contents, String> {
    let mut model = model();
    change_model(&mut model);
    let models = [&raw const model];
    let mut plugin = abi::Plugin {
        struct_size: size_of::<abi::Plugin>() as u64,
        abi_major: abi::ABI_MAJOR,
        abi_minor: abi::ABI_MINOR,
        descriptor: abi::Str::new("{}"),
        models: models.as_ptr(),
        n_models: 1,
    };
    change_plugin(&mut plugin);
    // SAFETY: every pointer is null, misaligned or good; lengths that lie are over the limits.
    unsafe { read(&raw const plugin) }
}

fn plugin_problem(change: impl FnOnce(&mut abi::Plugin)) -> String {
    read_changed(change, |_| ()).expect_err("refused")
}

fn model_problem(change: impl FnOnce(&mut abi::Model)) -> String {
    read_changed(|_| (), change).expect_err("refused")
}

#[test]
fn a_good_table_is_read_also_of_a_newer_minor() {
    let contents = read_changed(|plugin| plugin.abi_minor = 999, |_| ()).expect("good");
    assert_eq!((contents.descriptor.as_str(), contents.models[0].id.as_str()), ("{}", "m"));
}

#[test]
fn bad_tables_are_refused() {
    // SAFETY: null is refused before it is read.
    let null = unsafe { read(ptr::null()) }.expect_err("refused");
    assert!(null.contains("refuses this version of Surmise (plugin ABI 1.0)"), "{null}");
    let other = plugin_problem(|plugin| plugin.abi_major = 2);
    assert_eq!(other, "built for plugin ABI 2.x, this Surmise speaks 1.0");
    for size in [0, 8, 1 << 63] {
        let problem = plugin_problem(|plugin| plugin.struct_size = size);
        assert_eq!(problem, format!("its table is a struct_size of {size} bytes"));
    }
    for n in [0, 257, 1 << 32] {
        assert!(plugin_problem(|plugin| plugin.n_models = n).contains("not 1 to 256"));
    }
    assert!(plugin_problem(|plugin| plugin.models = ptr::null()).contains("list of models"));
    let odd = ptr::without_provenance(4097);
    assert!(plugin_problem(|plugin| plugin.models = odd).contains("list of models"));
}

#[test]
fn bad_descriptors_are_refused() {
    let problem = |descriptor| plugin_problem(|plugin| plugin.descriptor = descriptor);
    let null = abi::Str { ptr: ptr::null(), len: 10 };
    assert!(problem(null).contains("missing or longer"));
    let long = abi::Str { len: 1 << 30, ..abi::Str::new("{}") };
    assert!(problem(long).contains("missing or longer"));
    let latin = abi::Str { ptr: b"\xff".as_ptr().cast(), len: 1 };
    assert_eq!(problem(latin), "the descriptor is not UTF-8");
}

#[test]
fn bad_models_are_refused() {
    assert!(model_problem(|model| model.struct_size = 8).contains("struct_size of 8"));
    assert!(model_problem(|model| model.create = None).contains("no function `create`"));
    assert!(model_problem(|model| model.fit = None).contains("no function `fit`"));
    assert!(model_problem(|model| model.predict = None).contains("no function `predict`"));
    assert!(model_problem(|model| model.save = None).contains("no function `save`"));
    assert!(model_problem(|model| model.load = None).contains("no function `load`"));
    assert!(model_problem(|model| model.destroy = None).contains("no function `destroy`"));
    let long = "m".repeat(65);
    assert!(model_problem(|model| model.id = abi::Str::new(&long)).contains("the id of a model"));
    let nulls = [ptr::null::<abi::Model>()];
    assert!(plugin_problem(|plugin| plugin.models = nulls.as_ptr()).contains("a null pointer"));
}
