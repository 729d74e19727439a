//! What weights start as.

use surmise_plugin_sdk::{Block, Blocks, Choice, Init, Role};

/// The law of the first weights; biases start at zero, but for PyTorch's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Initialization {
    /// normal, variance 2 / inputs (He et al., ICCV 2015, eq. 10)
    HeNormal,
    /// uniform, variance 2 / inputs
    HeUniform,
    /// normal, variance 2 / (inputs + outputs) (Glorot & Bengio, AISTATS 2010, eq. 12)
    GlorotNormal,
    /// uniform, variance 2 / (inputs + outputs) (eq. 16)
    GlorotUniform,
    /// normal, variance 1 / inputs (LeCun et al., "Efficient backprop", 1998, eq. 16)
    LecunNormal,
    /// uniform, variance 1 / inputs
    LecunUniform,
    /// uniform in ±1 / √inputs, biases too: PyTorch's default for its layers
    Pytorch,
}

/// How many numbers go into a unit, and how many units each number goes into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fan {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

impl Initialization {
    /// Declares `n_units` rows of weights, and a bias for each.
    pub(crate) fn declare(
        self,
        blocks: &mut Blocks,
        name: &str,
        n_units: usize,
        fan: Fan,
    ) -> (Block, Block) {
        let weights = self.law(fan);
        let biases = if self == Self::Pytorch { weights } else { Init::Constant(0.0) };
        let (weights_name, biases_name) = (format!("{name}.weights"), format!("{name}.biases"));
        (
            blocks.add(&weights_name, Role::Weight, n_units, fan.inputs, weights),
            blocks.add(&biases_name, Role::Bias, n_units, 1, biases),
        )
    }

    fn law(self, fan: Fan) -> Init {
        let (inputs, all) = (fan.inputs as f64, (fan.inputs + fan.outputs) as f64);
        let normal = |variance: f64| Init::Normal(variance.sqrt());
        // The variance of a uniform law in ±b is b² / 3.
        let uniform = |variance: f64| Init::Uniform((3.0 * variance).sqrt());
        match self {
            Self::HeNormal => normal(2.0 / inputs),
            Self::HeUniform => uniform(2.0 / inputs),
            Self::GlorotNormal => normal(2.0 / all),
            Self::GlorotUniform => uniform(2.0 / all),
            Self::LecunNormal => normal(1.0 / inputs),
            Self::LecunUniform => uniform(1.0 / inputs),
            Self::Pytorch => Init::Uniform(1.0 / inputs.sqrt()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds and deviations of `torch.nn.init` for 200 inputs and 100 outputs, from the
    /// formulas of its documentation (`nonlinearity="relu"` for He's).
    #[test]
    fn laws_are_those_of_the_field() {
        let law =
            |initialization: Initialization| initialization.law(Fan { inputs: 200, outputs: 100 });
        let near = |init: Init, expected: f64| match init {
            Init::Normal(value) | Init::Uniform(value) => (value - expected).abs() < 1e-15,
            _ => false,
        };
        assert!(near(law(Initialization::HeNormal), 0.1));
        assert!(near(law(Initialization::HeUniform), 0.03_f64.sqrt()));
        assert!(near(law(Initialization::GlorotNormal), (2.0_f64 / 300.0).sqrt()));
        assert!(near(law(Initialization::GlorotUniform), 0.02_f64.sqrt()));
        assert!(near(law(Initialization::LecunNormal), 0.005_f64.sqrt()));
        assert!(near(law(Initialization::LecunUniform), 0.015_f64.sqrt()));
        assert!(near(law(Initialization::Pytorch), 0.005_f64.sqrt()));
    }
}
