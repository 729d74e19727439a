//! Derive macros of the plugin SDK
