//! Where a model writes its state, and where it reads one: in pieces, and failing on demand.

use std::ffi::c_void;

use surmise_plugin_abi as abi;

const BYTES_MAX: usize = 1 << 28;

/// Takes the bytes of a state.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    /// What was written.
    pub(crate) bytes: Vec<u8>,
    /// Where it is full, and fails.
    pub(crate) room: Option<usize>,
}

/// Gives the bytes of a state.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    rest: &'a [u8],
    /// How many bytes are given at a time, if not as many as are asked for.
    most: usize,
    /// Whether it fails where the bytes end, instead of ending.
    fails: bool,
}

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, most: usize::MAX, fails: false }
    }

    /// Gives at most `most` bytes at a time.
    pub(crate) fn in_pieces(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Fails where the bytes end.
    pub(crate) fn failing(self) -> Self {
        Self { fails: true, ..self }
    }
}

pub(super) fn writer(sink: &mut Sink) -> abi::Writer {
    abi::Writer {
        struct_size: size_of::<abi::Writer>() as u64,
        ctx: std::ptr::from_mut(sink).cast(),
        write: Some(write),
    }
}

pub(super) fn reader(source: &mut Source<'_>) -> abi::Reader {
    abi::Reader {
        struct_size: size_of::<abi::Reader>() as u64,
        ctx: std::ptr::from_mut(source).cast(),
        read: Some(read),
    }
}

unsafe extern "C" fn write(ctx: *mut c_void, data: *const c_void, len: u64) -> i32 {
    // SAFETY: `ctx` is the sink that `writer` was lent for the call.
    let sink = unsafe { &mut *ctx.cast::<Sink>() };
    let Some(total) = usize::try_from(len).ok().and_then(|len| sink.bytes.len().checked_add(len))
    else {
        return abi::E_IO;
    };
    if sink.room.unwrap_or(BYTES_MAX) < total {
        return abi::E_IO;
    }
    // SAFETY: the plugin follows the ABI: `len` readable bytes, which was found to be sane.
    let Some(data) = (unsafe { abi::Str { ptr: data.cast(), len }.bytes(len as usize) }) else {
        return abi::E_INVALID;
    };
    sink.bytes.extend_from_slice(data);
    abi::OK
}

unsafe extern "C" fn read(ctx: *mut c_void, buffer: *mut c_void, len: u64) -> i64 {
    // SAFETY: `ctx` is the source that `reader` was lent for the call.
    let source = unsafe { &mut *ctx.cast::<Source<'_>>() };
    let asked = usize::try_from(len).unwrap_or(usize::MAX);
    let len = asked.min(source.most).min(source.rest.len());
    if len == 0 {
        let ends = asked == 0 || !source.fails;
        return if ends { 0 } else { i64::from(abi::E_IO) };
    }
    if buffer.is_null() {
        return i64::from(abi::E_INVALID);
    }
    let (head, tail) = source.rest.split_at(len);
    // SAFETY: the plugin follows the ABI: room for at least `len` bytes, which is its own memory.
    unsafe { std::ptr::copy_nonoverlapping(head.as_ptr(), buffer.cast(), len) };
    source.rest = tail;
    len as i64
}
