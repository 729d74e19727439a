//! The functions behind the table of a model that the host trains, and its extension.

use std::ffi::{c_char, c_void};
use std::marker::PhantomData;
use std::ptr;

use surmise_plugin_abi as abi;

use super::borrow::Element;
use super::{borrow, instance};
use crate::gradient::{Built, Declared, Real};
use crate::{Error, Eval, GradientModel, Random, Result, Role, Shape, Step, View, ViewMut, params};

mod refuse;

/// The table of a model.
pub(super) fn table<M: GradientModel>() -> abi::Model {
    const { assert!(M::INFO.caps.is_empty(), "a `GradientModel` has no caps: remove `.caps(...)`") }
    abi::Model {
        struct_size: size_of::<abi::Model>() as u64,
        id: abi::Str::new(M::INFO.id),
        create: Some(create::<M>),
        fit: Some(refuse::fit::<M>),
        predict: Some(refuse::predict::<M>),
        save: Some(refuse::save::<M>),
        load: Some(refuse::load),
        destroy: Some(instance::destroy::<Content<M>>),
        get_extension: Some(get_extension::<M>),
    }
}

struct Extension<M>(PhantomData<M>);

impl<M: GradientModel> Extension<M> {
    const TABLE: &'static abi::Gradient = &abi::Gradient {
        struct_size: size_of::<abi::Gradient>() as u64,
        begin: Some(begin::<M>),
        init: Some(init::<M>),
        loss_and_gradient: Some(loss_and_gradient::<M>),
        forward: Some(forward::<M>),
    };
}

unsafe extern "C" fn get_extension<M: GradientModel>(id: *const c_char, len: u64) -> *const c_void {
    // SAFETY: the host follows the ABI: the id has `len` bytes.
    match unsafe { abi::Str { ptr: id, len }.bytes(borrow::ID_BYTES_MAX) } {
        Some(id) if id == abi::GRADIENT_ID.as_bytes() => {
            ptr::from_ref(Extension::<M>::TABLE).cast()
        }
        _ => ptr::null(),
    }
}

/// What an instance of a model that the host trains keeps.
struct Content<M: GradientModel> {
    params: M::Params,
    begun: Option<Begun<M>>,
}

/// A model for one shape and one kind of numbers.
struct Begun<M> {
    built: Built<M>,
    /// Lent to the host; the names are those of `built`.
    blocks: Vec<abi::GradientBlock>,
    state_blocks: Vec<abi::GradientBlock>,
    scratch: Scratch,
}

// SAFETY: the pointers in the blocks reach the names in `built`, which move along with them.
unsafe impl<M: Send> Send for Begun<M> {}

/// Room for what the host does not ask for or must not see, kept between passes.
enum Scratch {
    F32(Room<f32>),
    F64(Room<f64>),
}

#[derive(Default)]
struct Room<T> {
    gradient: Vec<T>,
    state: Vec<T>,
    out: Vec<T>,
}

impl<M: GradientModel> Begun<M> {
    fn new(params: &M::Params, shape: Shape, dtype: u32) -> Result<Self> {
        let scratch = match dtype {
            abi::F32 => Scratch::F32(Room::default()),
            abi::F64 => Scratch::F64(Room::default()),
            other => return Err(Error::unsupported(format!("numbers of dtype {other}"))),
        };
        let built = Built::new(params, shape)?;
        let blocks = lent(built.blocks.params());
        let state_blocks = lent(built.blocks.states());
        Ok(Self { built, blocks, state_blocks, scratch })
    }

    fn layout(&self) -> abi::GradientLayout {
        abi::GradientLayout {
            struct_size: size_of::<abi::GradientLayout>() as u64,
            n_params: self.built.blocks.n_params() as u64,
            blocks: self.blocks.as_ptr(),
            n_blocks: self.blocks.len() as u64,
            n_state: self.built.blocks.n_state() as u64,
            state_blocks: self.state_blocks.as_ptr(),
            n_state_blocks: self.state_blocks.len() as u64,
        }
    }
}

fn lent(blocks: &[Declared]) -> Vec<abi::GradientBlock> {
    let lend = |block: &Declared| abi::GradientBlock {
        name: abi::Str::new(&block.name),
        offset: block.offset as u64,
        rows: block.rows as u64,
        cols: block.cols as u64,
        role: match block.role {
            None => 0,
            Some(Role::Weight) => abi::ROLE_WEIGHT,
            Some(Role::Bias) => abi::ROLE_BIAS,
            Some(Role::Scale) => abi::ROLE_SCALE,
        },
        flags: 0,
    };
    blocks.iter().map(lend).collect()
}

unsafe extern "C" fn create<M: GradientModel>(
    host: *const abi::Host,
    json: *const c_char,
    len: u64,
    out: *mut *mut abi::Instance,
) -> i32 {
    // SAFETY: the host follows the ABI: its services outlive the instance, the text has `len`
    // bytes, and `out` is where the instance goes.
    unsafe {
        instance::make(host, out, || {
            let params = params::parse::<M::Params>(borrow::json(json, len)?)?;
            Ok(Content::<M> { params, begun: None })
        })
    }
}

unsafe extern "C" fn begin<M: GradientModel>(
    instance: *mut abi::Instance,
    shape: *const abi::GradientShape,
    layout: *mut abi::GradientLayout,
) -> i32 {
    // SAFETY: the host follows the ABI: an instance of this model, used by this thread only, and
    // structs that live for the call.
    unsafe {
        instance::with::<Content<M>>(instance, |content, _| {
            let shape = abi::read::prefix(shape)
                .map_err(|problem| Error::invalid(format!("the shape is {problem}")))?;
            content.begun = None;
            let begun = Begun::new(&content.params, self::shape(&shape)?, shape.dtype)?;
            let begun = content.begun.insert(begun);
            abi::read::fill(layout, &begun.layout())
                .map_err(|problem| Error::invalid(format!("the layout is {problem}")))?;
            Ok(abi::OK)
        })
    }
}

fn shape(shape: &abi::GradientShape) -> Result<Shape> {
    let size = |n: u64| usize::try_from(n).map_err(|_| Error::invalid("absurd size"));
    let (n_features, n_targets) = (size(shape.n_features)?, size(shape.n_targets)?);
    match size(shape.n_classes)? {
        0 => Shape::regression(n_features, n_targets),
        n_classes => Shape::classification(n_features, n_classes),
    }
}

unsafe extern "C" fn init<M: GradientModel>(
    instance: *mut abi::Instance,
    seed: u64,
    params: *mut c_void,
    state: *mut c_void,
) -> i32 {
    // SAFETY: as in `begin`; parameters and state have the sizes of the layout, and overlap
    // nothing.
    unsafe {
        instance::with::<Content<M>>(instance, |content, _| {
            let Begun { built, scratch, .. } = begun(content)?;
            match scratch {
                Scratch::F32(_) => init_as::<M, f32>(built, seed, params.cast(), state.cast()),
                Scratch::F64(_) => init_as::<M, f64>(built, seed, params.cast(), state.cast()),
            }
        })
    }
}

unsafe fn init_as<M: GradientModel, T: Element + Real>(
    built: &Built<M>,
    seed: u64,
    params: *mut T,
    state: *mut T,
) -> Result<i32> {
    // SAFETY: passed on.
    let (params, state) = unsafe {
        (
            borrow::list_mut(params, built.blocks.n_params())?,
            borrow::list_mut(state, built.blocks.n_state())?,
        )
    };
    built.init(seed, params, state)?;
    Ok(abi::OK)
}

unsafe extern "C" fn loss_and_gradient<M: GradientModel>(
    instance: *mut abi::Instance,
    pass: *const abi::GradientPass,
    batch: *const abi::Dataset,
    params: *const c_void,
    state: *mut c_void,
    loss: *mut f64,
    gradient: *mut c_void,
) -> i32 {
    // SAFETY: as in `begin`; parameters, state and gradient have the sizes of the layout.
    unsafe {
        instance::with::<Content<M>>(instance, |content, _| {
            let pass = read_pass(pass)?;
            let Begun { built, scratch, .. } = begun(content)?;
            let found = match scratch {
                Scratch::F32(room) => {
                    let places = (params.cast(), state.cast(), gradient.cast());
                    loss_as::<M, f32>(built, room, &pass, batch, places)
                }
                Scratch::F64(room) => {
                    let places = (params.cast(), state.cast(), gradient.cast());
                    loss_as::<M, f64>(built, room, &pass, batch, places)
                }
            }?;
            borrow::list_mut(loss, 1)?.fill(found);
            Ok(abi::OK)
        })
    }
}

unsafe fn loss_as<M: GradientModel, T: Element + Real>(
    built: &Built<M>,
    room: &mut Room<T>,
    pass: &abi::GradientPass,
    batch: *const abi::Dataset,
    (params, state, gradient): (*const T, *mut T, *mut T),
) -> Result<f64> {
    let (n_params, n_state) = (built.blocks.n_params(), built.blocks.n_state());
    let train = pass.flags & abi::PASS_TRAIN != 0;
    // SAFETY: passed on; without training the host only lends the state to be read.
    let (batch, params, state, wanted) = unsafe {
        let state = match train {
            true => borrow::list_mut(state, n_state)?,
            false => copied(&mut room.state, borrow::list(state.cast_const(), n_state)?),
        };
        let wanted = match gradient.is_null() {
            true => None,
            false => Some(borrow::list_mut(gradient, n_params)?),
        };
        (borrow::batch::<T>(batch)?, borrow::list(params, n_params)?, state, wanted)
    };
    let wants_gradient = wanted.is_some();
    let gradient = wanted.unwrap_or_else(|| {
        room.gradient.resize(n_params, T::zero());
        &mut room.gradient
    });
    built.loss_and_gradient(&mut Step {
        batch,
        params: View::new(params),
        gradient: ViewMut::new(gradient),
        state: ViewMut::new(state),
        train,
        random: Random::new(pass.seed),
        n_threads: pass.n_threads.max(1) as usize,
        wants_gradient,
    })
}

unsafe extern "C" fn forward<M: GradientModel>(
    instance: *mut abi::Instance,
    pass: *const abi::GradientPass,
    x: *const abi::Dataset,
    params: *const c_void,
    state: *const c_void,
    kind: u32,
    out: *mut f64,
    out_len: u64,
) -> i32 {
    // SAFETY: as in `begin`; parameters and state have the sizes of the layout, `out` has room for
    // `out_len` values and overlaps nothing.
    unsafe {
        instance::with::<Content<M>>(instance, |content, _| {
            let pass = read_pass(pass)?;
            let Begun { built, scratch, .. } = begun(content)?;
            let natural = match built.shape.n_classes() {
                0 => abi::PREDICT_VALUE,
                _ => abi::PREDICT_PROBA,
            };
            if kind != natural {
                return Err(Error::unsupported(format!("output of kind {kind}")));
            }
            let out = borrow::list_mut(out, out_len as usize)?;
            match scratch {
                Scratch::F32(room) => {
                    forward_as(built, room, &pass, x, (params.cast::<f32>(), state.cast()), out)
                }
                Scratch::F64(room) => {
                    forward_as(built, room, &pass, x, (params.cast::<f64>(), state.cast()), out)
                }
            }
        })
    }
}

unsafe fn forward_as<M: GradientModel, T: Element + Real>(
    built: &Built<M>,
    room: &mut Room<T>,
    pass: &abi::GradientPass,
    x: *const abi::Dataset,
    (params, state): (*const T, *const T),
    out: &mut [f64],
) -> Result<i32> {
    // SAFETY: passed on.
    let eval = unsafe {
        Eval {
            x: borrow::rows::<T>(x)?,
            params: View::new(borrow::list(params, built.blocks.n_params())?),
            state: View::new(borrow::list(state, built.blocks.n_state())?),
            n_threads: pass.n_threads.max(1) as usize,
        }
    };
    // What is not written stays NaN, which the host notices.
    room.out.clear();
    room.out.resize(out.len(), T::nan());
    built.forward(&eval, &mut room.out)?;
    for (out, value) in out.iter_mut().zip(&room.out) {
        *out = value.wide();
    }
    Ok(abi::OK)
}

unsafe fn read_pass(pass: *const abi::GradientPass) -> Result<abi::GradientPass> {
    // SAFETY: passed on.
    unsafe { abi::read::prefix(pass) }
        .map_err(|problem| Error::invalid(format!("the pass is {problem}")))
}

fn begun<M: GradientModel>(content: &mut Content<M>) -> Result<&mut Begun<M>> {
    content.begun.as_mut().ok_or_else(|| Error::new(abi::E_NOT_FITTED, "not begun yet"))
}

fn copied<'a, T: Copy>(room: &'a mut Vec<T>, values: &[T]) -> &'a mut [T] {
    room.clear();
    room.extend_from_slice(values);
    room
}
