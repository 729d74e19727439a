//! Adam (Kingma & Ba, ICLR 2015, algorithm 1) in one walk over the parameters.

use multiversion::multiversion;

const RATE: f32 = 1e-3;
const BETAS: [f32; 2] = [0.9, 0.999];
const EPSILON: f32 = 1e-8;

/// The moments, and how many steps were taken.
pub(super) struct Adam {
    moments: [Vec<f32>; 2],
    step: i32,
}

impl Adam {
    pub(super) fn new(n: usize) -> Self {
        Self { moments: [vec![0.0; n], vec![0.0; n]], step: 0 }
    }

    pub(super) fn step(&mut self, params: &mut [f32], gradient: &[f32]) {
        self.step += 1;
        let unbias = BETAS.map(|beta| 1.0 - beta.powi(self.step));
        let [first, second] = &mut self.moments;
        walk(params, gradient, first, second, RATE / unbias[0], unbias[1].sqrt().recip());
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn walk(
    params: &mut [f32],
    gradient: &[f32],
    first: &mut [f32],
    second: &mut [f32],
    rate: f32,
    unbias: f32,
) {
    let moments = first.iter_mut().zip(second);
    for ((value, slope), (first, second)) in params.iter_mut().zip(gradient).zip(moments) {
        *first = normal(BETAS[0] * *first + (1.0 - BETAS[0]) * slope);
        *second = normal(BETAS[1] * *second + (1.0 - BETAS[1]) * slope * slope);
        *value -= rate * *first / (second.sqrt() * unbias + EPSILON);
    }
}

/// Zero for numbers that are too small for quick arithmetic: the moments of a unit that is off
/// would stay among them for ever.
#[inline(always)]
fn normal(value: f32) -> f32 {
    if value.abs() < f32::MIN_POSITIVE { 0.0 } else { value }
}
