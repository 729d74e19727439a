//! Support-vector machines as a Surmise model plugin
