//! A model, a host and data to call the shims with.

use std::ffi::{c_char, c_void};
use std::ptr;

use surmise_plugin_abi as abi;

use crate::layout::LayoutModel;
use crate::prelude::*;

/// Remembers its smallest value; panics and reports on demand.
pub(super) struct Least(f64);

#[derive(Hyperparams)]
pub(super) struct Params {
    /// Whether to panic
    #[hp(default = false)]
    panic: bool,
    #[hp(default = 0, range = 0..=9)]
    steps: u64,
    /// Whether to fail when told to end
    #[hp(default = false)]
    give_up: bool,
}

impl Model for Least {
    type Params = Params;
    const INFO: Info = Info::new("least", "The least value")
        .tasks(&[Task::Regression])
        .caps(&[Cap::Save, Cap::Importance]);

    fn fit(params: &Params, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        assert!(!params.panic, "on demand");
        for step in 0..params.steps {
            if ctx.report(step, &[("loss", 0.5)]).should_stop() {
                if params.give_up {
                    return Err(Error::numeric("gave up"));
                }
                break;
            }
        }
        Ok(Self(train.values()?.iter().copied().fold(f64::INFINITY, f64::min)))
    }

    fn predict(&self, _: Rows<'_>, out: &mut [f64]) -> Result<()> {
        out.fill(self.0);
        Ok(())
    }

    fn importance(&self, out: &mut [f64]) -> Result<()> {
        out.fill(1.0);
        Ok(())
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        saver.f64("least", self.0);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        Ok(Self(loader.f64("least")?))
    }
}

/// What the host was told, and what it answers.
#[derive(Default)]
pub(super) struct Told {
    pub(super) error: Option<(i32, String)>,
    pub(super) steps: Vec<u64>,
    pub(super) verdict: i32,
}

unsafe extern "C" fn set_error(ctx: *mut c_void, status: i32, text: *const c_char, len: u64) {
    // SAFETY: `ctx` is the `Told` of the test, whose thread this is.
    let told = unsafe { &mut *ctx.cast::<Told>() };
    // SAFETY: the shim lends the text for the call.
    let text = unsafe { abi::Str { ptr: text, len }.bytes(1000) }.expect("a text");
    told.error = Some((status, String::from_utf8_lossy(text).into_owned()));
}

unsafe extern "C" fn report(ctx: *mut c_void, report: *const abi::Report) -> i32 {
    // SAFETY: as in `set_error`.
    let told = unsafe { &mut *ctx.cast::<Told>() };
    // SAFETY: the shim lends the report for the call.
    told.steps.push(unsafe { (*report).step });
    told.verdict
}

pub(super) fn host(told: *mut Told) -> abi::Host {
    abi::Host {
        struct_size: size_of::<abi::Host>() as u64,
        abi_major: 1,
        abi_minor: 0,
        ctx: told.cast(),
        log: None,
        set_error: Some(set_error),
        report: Some(report),
        should_stop: None,
        get_extension: None,
    }
}

/// Three rows of two features with a gap of one between the rows, and their target.
pub(super) struct Rig {
    pub(super) told: Box<Told>,
    values: [f64; 8],
    pub(super) target: [f64; 3],
}

impl Rig {
    pub(super) fn new() -> Self {
        let values = [0.0, 1.0, f64::NAN, 2.0, 3.0, f64::NAN, 4.0, 5.0];
        Self { told: Box::default(), values, target: [3.0, 1.0, 2.0] }
    }

    pub(super) fn data(&self) -> abi::Dataset {
        let dense = abi::Matrix {
            data: self.values.as_ptr().cast(),
            rows: 3,
            cols: 2,
            row_stride: 3,
            col_stride: 1,
            dtype: abi::F64,
            flags: 0,
        };
        let target =
            abi::Matrix { data: self.target.as_ptr().cast(), cols: 1, row_stride: 1, ..dense };
        abi::Dataset {
            struct_size: size_of::<abi::Dataset>() as u64,
            n_rows: 3,
            n_features: 2,
            layout: abi::LAYOUT_ROWS,
            flags: 0,
            dense,
            csr: abi::Csr::NONE,
            columns: ptr::null(),
            target,
            n_classes: 0,
            classes: ptr::null(),
            weights: ptr::null(),
            group_offsets: ptr::null(),
            n_groups: 0,
        }
    }

    /// Creates an instance, hands it to `test` with its table, and destroys it.
    pub(super) fn with(
        &mut self,
        params: &str,
        test: impl FnOnce(&abi::Model, *mut abi::Instance),
    ) -> i32 {
        self.with_model::<Least>(params, test)
    }

    /// The same for another model.
    pub(super) fn with_model<M: LayoutModel>(
        &mut self,
        params: &str,
        test: impl FnOnce(&abi::Model, *mut abi::Instance),
    ) -> i32 {
        let table = super::super::shims::table::<M>();
        let host = host(&raw mut *self.told);
        let mut instance = ptr::null_mut();
        let (json, len) = (params.as_ptr().cast(), params.len() as u64);
        // SAFETY: a host that follows the ABI and outlives the instance.
        let status =
            unsafe { table.create.expect("there")(&raw const host, json, len, &raw mut instance) };
        if status == abi::OK {
            test(&table, instance);
        }
        // SAFETY: made above, or null; destroyed once.
        unsafe { table.destroy.expect("there")(instance) };
        status
    }
}

pub(super) fn options() -> abi::FitOptions {
    abi::FitOptions {
        struct_size: size_of::<abi::FitOptions>() as u64,
        seed: 7,
        n_threads: 1,
        flags: 0,
        deadline_ns: 0,
        max_steps: 0,
    }
}

pub(super) fn fit(table: &abi::Model, instance: *mut abi::Instance, data: &abi::Dataset) -> i32 {
    // SAFETY: a live instance, and data that follows the ABI or is refused.
    unsafe { table.fit.expect("there")(instance, &options(), data, ptr::null()) }
}

pub(super) fn predict(
    table: &abi::Model,
    instance: *mut abi::Instance,
    data: &abi::Dataset,
    kind: u32,
    out: &mut [f64],
) -> i32 {
    let (ptr, len) = (out.as_mut_ptr(), out.len() as u64);
    // SAFETY: a live instance, good data and an output of that length.
    unsafe { table.predict.expect("there")(instance, data, kind, ptr, len) }
}
