//! Reading the table that a plugin's entry function returns.

use surmise_plugin_abi as abi;

const DESCRIPTOR_BYTES_MAX: usize = 256 * 1024;
const ID_BYTES_MAX: usize = 64;
const MODELS_MAX: u64 = 256;

/// A plugin's table with everything that must be there.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) descriptor: String,
    pub(crate) models: Vec<Functions>,
}

/// A model's functions, for who calls them without the checks of this crate.
#[derive(Debug, Clone)]
pub struct Functions {
    /// The model's id.
    pub id: String,
    /// Makes an instance.
    pub create: abi::Create,
    /// Fits one.
    pub fit: abi::Fit,
    /// Predicts with one.
    pub predict: abi::Predict,
    /// Writes its state.
    pub save: abi::Save,
    /// Makes an instance from a state.
    pub load: abi::Load,
    /// Frees one.
    pub destroy: abi::Destroy,
    /// Answers for extensions, if there are any.
    pub get_extension: Option<abi::GetExtension>,
}

/// Reads a table, or says what is wrong with it.
///
/// # Safety
/// Every pointer in the table that is neither null nor misaligned must reach what the ABI says it
/// does. A check cannot establish this; it is what loading a plugin into this process means.
pub(crate) unsafe fn read(plugin: *const abi::Plugin) -> Result<Contents, String> {
    if plugin.is_null() {
        return Err(format!(
            "the plugin refuses this version of Surmise (plugin ABI {}.{})",
            abi::ABI_MAJOR,
            abi::ABI_MINOR
        ));
    }
    // SAFETY: passed on.
    let plugin = unsafe { abi::read::prefix(plugin) }
        .map_err(|problem| format!("its table is {problem}"))?;
    if plugin.abi_major != abi::ABI_MAJOR {
        return Err(format!(
            "built for plugin ABI {}.x, this Surmise speaks {}.{}",
            plugin.abi_major,
            abi::ABI_MAJOR,
            abi::ABI_MINOR
        ));
    }
    if plugin.n_models == 0 || MODELS_MAX < plugin.n_models {
        return Err(format!("has {} models, not 1 to {MODELS_MAX}", plugin.n_models));
    }
    if plugin.models.is_null() || !plugin.models.is_aligned() {
        return Err("its list of models is missing or misaligned".to_owned());
    }
    // SAFETY: non-null, aligned, of a sane length, and the caller vouches for what it reaches.
    let models = unsafe { std::slice::from_raw_parts(plugin.models, plugin.n_models as usize) };
    // SAFETY: passed on, for each model and for the descriptor.
    let (models, descriptor) = unsafe {
        let models = models.iter().map(|model| functions(*model)).collect::<Result<Vec<_>, _>>()?;
        (models, text(plugin.descriptor, DESCRIPTOR_BYTES_MAX, "the descriptor")?)
    };
    Ok(Contents { descriptor, models })
}

unsafe fn functions(model: *const abi::Model) -> Result<Functions, String> {
    // SAFETY: passed on.
    let model = unsafe { abi::read::prefix(model) }
        .map_err(|problem| format!("the table of a model is {problem}"))?;
    // SAFETY: passed on.
    let id = unsafe { text(model.id, ID_BYTES_MAX, "the id of a model")? };
    let missing = |name: &str| format!("model {id:?} has no function `{name}`");
    Ok(Functions {
        create: model.create.ok_or_else(|| missing("create"))?,
        fit: model.fit.ok_or_else(|| missing("fit"))?,
        predict: model.predict.ok_or_else(|| missing("predict"))?,
        save: model.save.ok_or_else(|| missing("save"))?,
        load: model.load.ok_or_else(|| missing("load"))?,
        destroy: model.destroy.ok_or_else(|| missing("destroy"))?,
        get_extension: model.get_extension,
        id,
    })
}

unsafe fn text(text: abi::Str, bytes_max: usize, what: &str) -> Result<String, String> {
    // SAFETY: passed on.
    let bytes = unsafe { text.bytes(bytes_max) };
    let bytes =
        bytes.ok_or_else(|| format!("{what} is missing or longer than {bytes_max} bytes"))?;
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(format!("{what} is not UTF-8")),
    }
}

#[cfg(test)]
mod tests;
