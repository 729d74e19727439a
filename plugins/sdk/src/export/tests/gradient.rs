//! The shims of a gradient model called as a host calls them: rightly, wrongly, and after a panic.

use std::ffi::c_void;
use std::ptr;

use surmise_plugin_abi as abi;

use super::super::gradient::table;
use super::rig::{Rig, Told, host};
use crate::prelude::*;

/// Slopes of 1 everywhere; a state that counts training passes; panics on demand.
struct Counter {
    weights: Block,
    passes: StateBlock,
    panic: bool,
}

#[derive(Hyperparams)]
struct Params {
    #[hp(default = false)]
    panic: bool,
    #[hp(default = None, range = 1..=9)]
    rows: Option<u8>,
}

impl GradientModel for Counter {
    type Params = Params;
    const INFO: Info = Info::new("counter", "Counts passes")
        .tasks(&[Task::Regression])
        .regularization(&["dropout"]);

    fn build(params: &Params, shape: Shape, blocks: &mut Blocks) -> Result<Self> {
        let rows = params.rows.map_or(1, usize::from);
        let weights = blocks.weights("weights", rows, shape.n_features());
        Ok(Self { weights, passes: blocks.state("passes", 1, 0.0), panic: params.panic })
    }

    fn loss_and_gradient<T: Real>(&self, step: &mut Step<'_, T>) -> Result<f64> {
        assert!(!self.panic, "on demand");
        step.gradient[self.weights].fill(T::one());
        step.state[self.passes][0] += T::one();
        Ok(step.batch.values()?.iter().sum())
    }

    fn forward<T: Real>(&self, eval: &Eval<'_, T>, out: &mut [T]) -> Result<()> {
        out.fill(eval.state[self.passes][0]);
        Ok(())
    }
}

/// An instance with the extension's table.
struct Trained {
    model: abi::Model,
    extension: abi::Gradient,
    instance: *mut abi::Instance,
    _host: Box<abi::Host>,
    told: Box<Told>,
}

impl Trained {
    fn new(params: &str) -> Self {
        let model = table::<Counter>();
        let mut told = Box::<Told>::default();
        let host = Box::new(host(&raw mut *told));
        let mut instance = ptr::null_mut();
        let (json, len) = (params.as_ptr().cast(), params.len() as u64);
        let extension = extension(&model, abi::GRADIENT_ID).cast::<abi::Gradient>();
        // SAFETY: a host that follows the ABI and outlives the instance; the extension's table.
        let extension = unsafe {
            let create = model.create.expect("there");
            assert_eq!(create(&raw const *host, json, len, &raw mut instance), abi::OK);
            *extension
        };
        Self { model, extension, instance, _host: host, told }
    }

    fn begin(&self, shape: abi::GradientShape) -> (i32, abi::GradientLayout) {
        let mut layout = abi::GradientLayout {
            struct_size: size_of::<abi::GradientLayout>() as u64,
            n_params: 0,
            blocks: ptr::null(),
            n_blocks: 0,
            n_state: 0,
            state_blocks: ptr::null(),
            n_state_blocks: 0,
        };
        let begin = self.extension.begin.expect("there");
        // SAFETY: a live instance, and structs of the test.
        (unsafe { begin(self.instance, &raw const shape, &raw mut layout) }, layout)
    }

    /// A pass over the rig's three rows; the status, the loss and the first slope.
    fn pass(&self, flags: u32, data: &abi::Dataset, at: &mut Place) -> (i32, f64) {
        let struct_size = size_of::<abi::GradientPass>() as u64;
        let pass = abi::GradientPass { struct_size, seed: 0, flags, n_threads: 1 };
        let call = self.extension.loss_and_gradient.expect("there");
        let mut loss = f64::NAN;
        // SAFETY: a live instance; parameters, state and gradient of the layout's sizes, or null.
        let status = unsafe {
            let (params, state) = (at.params.cast_const(), at.state);
            call(self.instance, &pass, data, params, state, &raw mut loss, at.gradient)
        };
        (status, loss)
    }
}

impl Drop for Trained {
    fn drop(&mut self) {
        // SAFETY: made once, destroyed once.
        unsafe { self.model.destroy.expect("there")(self.instance) }
    }
}

/// Pointers as a host passes them.
struct Place {
    params: *mut c_void,
    state: *mut c_void,
    gradient: *mut c_void,
}

const SHAPE: abi::GradientShape = abi::GradientShape {
    struct_size: size_of::<abi::GradientShape>() as u64,
    n_features: 2,
    n_classes: 0,
    n_targets: 1,
    dtype: abi::F64,
    flags: 0,
};

fn extension(model: &abi::Model, id: &str) -> *const c_void {
    let get_extension = model.get_extension.expect("there");
    // SAFETY: the id lives for the call.
    unsafe { get_extension(id.as_ptr().cast(), id.len() as u64) }
}

#[test]
fn only_known_ids_have_a_table() {
    let model = table::<Counter>();
    assert!(!extension(&model, "surmise.gradient/1").is_null());
    for id in ["", "surmise.gradient/2", "surmise.gradient/11", "surmise.gradient", "\0"] {
        assert!(extension(&model, id).is_null(), "{id:?}");
    }
    assert!(extension(&model, &"x".repeat(1000)).is_null());
    let get_extension = model.get_extension.expect("there");
    // SAFETY: null is what is tested.
    assert!(unsafe { get_extension(ptr::null(), 5) }.is_null());
}

#[test]
fn a_layout_is_told_and_passes_are_made() {
    let trained = Trained::new(r#"{"rows":3}"#);
    let (status, layout) = trained.begin(SHAPE);
    assert_eq!((status, layout.n_params, layout.n_blocks), (abi::OK, 6, 1));
    assert_eq!((layout.n_state, layout.n_state_blocks), (1, 1));
    // SAFETY: as the layout says.
    let (block, name) = unsafe { (*layout.blocks, (*layout.blocks).name.bytes(99)) };
    assert_eq!((block.rows, block.cols, block.role), (3, 2, abi::ROLE_WEIGHT));
    assert_eq!(name, Some(&b"weights"[..]));
    let (mut params, mut state, mut gradient) = ([f64::NAN; 6], [f64::NAN], [f64::NAN; 6]);
    let mut at = Place {
        params: params.as_mut_ptr().cast(),
        state: state.as_mut_ptr().cast(),
        gradient: gradient.as_mut_ptr().cast(),
    };
    let init = trained.extension.init.expect("there");
    // SAFETY: of the layout's sizes.
    assert_eq!(unsafe { init(trained.instance, 7, at.params, at.state) }, abi::OK);
    let rig = Rig::new();
    let data = rig.data();
    assert_eq!(trained.pass(abi::PASS_TRAIN, &data, &mut at), (abi::OK, 6.0));
    assert_eq!(trained.pass(0, &data, &mut at), (abi::OK, 6.0));
    at.gradient = ptr::null_mut();
    assert_eq!(trained.pass(2, &data, &mut at), (abi::OK, 6.0), "an unknown flag");
    assert_eq!((gradient, state), ([1.0; 6], [1.0]), "only the first pass trained");
    assert!(params.iter().all(|value| value.is_finite()));
}

#[test]
fn bad_shapes_are_refused() {
    let trained = Trained::new("{}");
    for (shape, expected) in [
        (abi::GradientShape { struct_size: 8, ..SHAPE }, abi::E_INVALID),
        (abi::GradientShape { n_features: 0, ..SHAPE }, abi::E_INVALID),
        (abi::GradientShape { n_targets: 0, ..SHAPE }, abi::E_INVALID),
        (abi::GradientShape { n_features: u64::MAX, ..SHAPE }, abi::E_INVALID),
        (abi::GradientShape { n_classes: 2, ..SHAPE }, abi::E_UNSUPPORTED),
        (abi::GradientShape { dtype: abi::U8, ..SHAPE }, abi::E_UNSUPPORTED),
    ] {
        assert_eq!(trained.begin(shape).0, expected, "{shape:?}");
    }
    let begin = trained.extension.begin.expect("there");
    // SAFETY: null is what is tested.
    let status = unsafe { begin(trained.instance, &SHAPE, ptr::null_mut()) };
    assert_eq!(status, abi::E_INVALID);
}

#[test]
fn passes_before_begin_or_over_bad_rows_are_refused() {
    let trained = Trained::new("{}");
    let (mut params, mut state, mut gradient) = ([0.0; 2], [0.0], [0.0; 2]);
    let mut at = Place {
        params: params.as_mut_ptr().cast(),
        state: state.as_mut_ptr().cast(),
        gradient: gradient.as_mut_ptr().cast(),
    };
    let rig = Rig::new();
    let good = rig.data();
    assert_eq!(trained.pass(0, &good, &mut at).0, abi::E_NOT_FITTED);
    assert_eq!(trained.begin(SHAPE).0, abi::OK);
    assert_eq!(trained.pass(0, &good, &mut at).0, abi::OK);
    let (negative, zero) = ([1.0, -1.0, 1.0], [0.0; 3]);
    for (data, expected) in [
        (abi::Dataset { struct_size: 8, ..good }, abi::E_INVALID),
        (abi::Dataset { n_classes: 2, ..good }, abi::E_INVALID),
        (abi::Dataset { weights: negative.as_ptr(), ..good }, abi::E_INVALID),
        (abi::Dataset { weights: zero.as_ptr(), ..good }, abi::E_INVALID),
        (
            abi::Dataset { target: abi::Matrix { row_stride: 2, ..good.target }, ..good },
            abi::E_INVALID,
        ),
        (
            abi::Dataset { dense: abi::Matrix { dtype: abi::F32, ..good.dense }, ..good },
            abi::E_UNSUPPORTED,
        ),
    ] {
        assert_eq!(trained.pass(0, &data, &mut at).0, expected, "{data:?}");
    }
    at.params = ptr::null_mut();
    assert_eq!(trained.pass(0, &good, &mut at).0, abi::E_INVALID);
    assert!(trained.told.error.is_some());
}

#[test]
fn a_panic_in_a_pass_poisons_the_instance() {
    let trained = Trained::new(r#"{"panic":true}"#);
    assert_eq!(trained.begin(SHAPE).0, abi::OK);
    let (mut params, mut state) = ([0.0; 2], [0.0]);
    let mut at = Place {
        params: params.as_mut_ptr().cast(),
        state: state.as_mut_ptr().cast(),
        gradient: ptr::null_mut(),
    };
    let rig = Rig::new();
    assert_eq!(trained.pass(0, &rig.data(), &mut at).0, abi::E_PANIC);
    assert_eq!(trained.begin(SHAPE).0, abi::E_PANIC);
}

#[test]
fn what_only_a_model_that_fits_itself_does_is_refused() {
    let trained = Trained::new("{}");
    let rig = Rig::new();
    let data = rig.data();
    assert_eq!(super::rig::fit(&trained.model, trained.instance, &data), abi::E_UNSUPPORTED);
    let said = trained.told.error.as_ref().expect("an error");
    assert_eq!(
        said.1,
        "counter does not fit itself: the host trains it through surmise.gradient/1"
    );
}

#[test]
fn a_descriptor_says_who_trains() {
    let entry = crate::descriptor::gradient_model::<Counter>();
    assert_eq!((&entry["fit"], &entry["gradient"][1]), (&"host".into(), &"f32".into()));
    let expected = serde_json::json!({
        "name": "rows", "help": "", "type": "optional", "default": null,
        "of": { "type": "int", "low": 1, "high": 9, "log": false },
    });
    assert_eq!(entry["hyperparameters"][1], expected);
    assert_eq!(entry["regularization"], serde_json::json!(["dropout"]));
}
