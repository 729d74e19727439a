//! One pass over all parameters a step, for optimizers that treat each by itself.

use multiversion::multiversion;

use super::{Group, Optimizer, Penalty};
use crate::Real;
use crate::vector::Extent;

/// How many parameters are changed at once: enough for two of the widest registers.
const LANES: usize = 16;

/// An optimizer's arithmetic for one parameter, of which it remembers `SLOTS` numbers.
pub trait Rule<T: Real, const SLOTS: usize>: Send {
    /// The numbers of one step, the same for all parameters.
    type Now: Copy;

    /// The learning rate that a schedule multiplies.
    fn learning_rate(&self) -> f64;

    /// The numbers of step number `step`, from 1, each step in its turn.
    fn now(&mut self, step: u64, learning_rate: f64) -> Self::Now;

    /// The next parameter and what is remembered, from the parameter, its slope and what was
    /// remembered. Must be `#[inline(always)]`, and what it calls too.
    fn update(now: &Self::Now, p: T, g: T, slots: [T; SLOTS]) -> (T, [T; SLOTS]);

    /// What is remembered before the first step.
    fn start(&self) -> [f64; SLOTS] {
        [0.0; SLOTS]
    }

    /// Its own decoupled weight decay.
    fn weight_decay(&self) -> f64 {
        0.0
    }
}

/// The optimizer of a [`Rule`]. Remembers `SLOTS` numbers a parameter; linear in their number.
#[derive(Debug, Clone)]
pub struct Fused<T, R, const SLOTS: usize> {
    rule: R,
    slots: [Vec<T>; SLOTS],
    step: u64,
}

impl<T: Real, R: Rule<T, SLOTS>, const SLOTS: usize> Fused<T, R, SLOTS> {
    /// Before its first step.
    pub fn new(rule: R) -> Self {
        Self { rule, slots: std::array::from_fn(|_| Vec::new()), step: 0 }
    }
}

impl<T: Real, R: Rule<T, SLOTS>, const SLOTS: usize> Optimizer<T> for Fused<T, R, SLOTS> {
    fn learning_rate(&self) -> f64 {
        self.rule.learning_rate()
    }

    fn step(
        &mut self,
        params: &mut [T],
        gradient: &[T],
        learning_rate: f64,
        groups: &[Group],
    ) -> T {
        if self.step == 0 {
            self.slots = self.rule.start().map(|start| vec![T::of(start); params.len()]);
        }
        self.step += 1;
        let now = self.rule.now(self.step, learning_rate);
        let mut extent = Extent::<T, 1>::default();
        for Group { range, penalty } in groups {
            let shrink = Shrink::new(*penalty, learning_rate);
            let slots = self.slots.each_mut().map(|slot| &mut slot[range.clone()]);
            let (p, g) = (&mut params[range.clone()], &gradient[range.clone()]);
            extent.join(sweep::<T, R, SLOTS>(&now, shrink, p, g, slots));
        }
        extent.largest()
    }

    fn weight_decay(&self) -> f64 {
        self.rule.weight_decay()
    }
}

/// A [`Penalty`] in the numbers of the parameters, for one step.
#[derive(Clone, Copy)]
struct Shrink<T> {
    l1: T,
    l2: T,
    keep: T,
}

impl<T: Real> Shrink<T> {
    fn new(penalty: Penalty, learning_rate: f64) -> Self {
        Self {
            l1: T::of(penalty.l1),
            l2: T::of(penalty.l2),
            keep: T::of(1.0 - learning_rate * penalty.decay),
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn sweep<T: Real, R: Rule<T, SLOTS>, const SLOTS: usize>(
    now: &R::Now,
    shrink: Shrink<T>,
    params: &mut [T],
    gradient: &[T],
    slots: [&mut [T]; SLOTS],
) -> Extent<T, 1> {
    if SLOTS == 0 {
        // Of chunks without slots the compiler makes vectors across chunks, which are slow.
        for (p, g) in params.iter_mut().zip(gradient) {
            let mut one = [*p];
            lanes::<T, R, SLOTS, 1>(now, shrink, &mut one, &[*g], &mut [[T::ZERO]; SLOTS]);
            *p = one[0];
        }
        return Extent::of(params, gradient);
    }
    let (mut extent, mut rest) = (Extent::<T, LANES>::default(), Extent::<T, 1>::default());
    let (params, params_rest) = params.as_chunks_mut::<LANES>();
    let (gradient, gradient_rest) = gradient.as_chunks::<LANES>();
    let mut slots = slots.map(<[T]>::as_chunks_mut::<LANES>);
    for (i, (p, g)) in params.iter_mut().zip(gradient).enumerate() {
        let mut local = [[T::ZERO; LANES]; SLOTS];
        for (local, slot) in local.iter_mut().zip(&slots) {
            *local = slot.0[i];
        }
        lanes::<T, R, SLOTS, LANES>(now, shrink, p, g, &mut local);
        extent.see(p, g);
        for (local, slot) in local.iter().zip(&mut slots) {
            slot.0[i] = *local;
        }
    }
    for (i, (p, g)) in params_rest.iter_mut().zip(gradient_rest).enumerate() {
        let mut local = [[T::ZERO; 1]; SLOTS];
        for (local, slot) in local.iter_mut().zip(&slots) {
            *local = [slot.1[i]];
        }
        let mut one = [*p];
        lanes::<T, R, SLOTS, 1>(now, shrink, &mut one, &[*g], &mut local);
        rest.see(&one, &[*g]);
        *p = one[0];
        for (local, slot) in local.iter().zip(&mut slots) {
            slot.1[i] = local[0];
        }
    }
    rest.join(extent);
    rest
}

/// The rule for some parameters beside each other.
#[inline(always)]
fn lanes<T: Real, R: Rule<T, SLOTS>, const SLOTS: usize, const N: usize>(
    now: &R::Now,
    shrink: Shrink<T>,
    params: &mut [T; N],
    gradient: &[T; N],
    slots: &mut [[T; N]; SLOTS],
) {
    for lane in 0..N {
        let p = params[lane];
        let g = gradient[lane] + shrink.l2 * p + shrink.l1 * p.sign();
        let mut own = [T::ZERO; SLOTS];
        for (own, slot) in own.iter_mut().zip(slots.iter()) {
            *own = slot[lane];
        }
        let (next, own) = R::update(now, p * shrink.keep, g, own);
        params[lane] = next;
        for (own, slot) in own.iter().zip(slots.iter_mut()) {
            slot[lane] = own.or_zero();
        }
    }
}
