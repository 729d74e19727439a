//! What of a machine may change the last bits of a float.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::sha256;

/// What may change the last bits of a float: the same seed and program promise the same results on
/// machines that agree in this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Machine {
    pub(crate) arch: String,
    pub(crate) os: String,
    /// Instruction sets that numerical code chooses between.
    pub(crate) cpu: BTreeSet<String>,
    /// A fingerprint of the platform's elementary functions, which a plugin may use: their last
    /// bits differ between C libraries and between processors.
    pub(crate) math: String,
}

impl Machine {
    pub(crate) fn current() -> Self {
        Self {
            arch: std::env::consts::ARCH.into(),
            os: std::env::consts::OS.into(),
            cpu: instruction_sets(),
            math: math_fingerprint(),
        }
    }

    pub(super) fn text(&self) -> String {
        let cpu: Vec<&str> = self.cpu.iter().map(String::as_str).collect();
        format!("{} {} [{}] math {}", self.arch, self.os, cpu.join(" "), self.math)
    }
}

#[cfg(target_arch = "x86_64")]
fn instruction_sets() -> BTreeSet<String> {
    let found = [
        ("sse4.2", std::arch::is_x86_feature_detected!("sse4.2")),
        ("avx", std::arch::is_x86_feature_detected!("avx")),
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
    ];
    found.into_iter().filter(|(_, has)| *has).map(|(name, _)| name.into()).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn instruction_sets() -> BTreeSet<String> {
    BTreeSet::new()
}

/// SHA-256, cut short, of the bits of elementary functions at points spread over their domains.
fn math_fingerprint() -> String {
    let functions: [fn(f64) -> f64; 8] = [
        f64::exp,
        |x| x.abs().ln(),
        f64::sin,
        f64::cos,
        f64::tanh,
        f64::atan,
        f64::cbrt,
        |x| x.abs().powf(0.37),
    ];
    let points = (0..512).map(|i| (f64::from(i) - 255.5) / 13.7);
    let values = points.flat_map(|x| functions.map(|f| f(std::hint::black_box(x))));
    let bits: Vec<u8> = values.flat_map(|y| y.to_bits().to_le_bytes()).collect();
    sha256(&bits)[..16].to_owned()
}
