//! Saved bytes through the host's callbacks.

use surmise_plugin_abi as abi;

use crate::{Error, Result};

const CHUNK_BYTES: usize = 64 * 1024;

/// # Safety
/// `writer` is null or points at a writer that follows the ABI.
pub(super) unsafe fn write(writer: *const abi::Writer, bytes: &[u8]) -> Result<()> {
    // SAFETY: passed on.
    let writer = unsafe { abi::read::prefix(writer) }
        .map_err(|problem| Error::invalid(format!("the writer is {problem}")))?;
    let call = writer.write.ok_or_else(|| Error::invalid("the writer has no function"))?;
    // SAFETY: the bytes live for the call.
    match unsafe { call(writer.ctx, bytes.as_ptr().cast(), bytes.len() as u64) } {
        0 => Ok(()),
        status => Err(Error::new(abi::E_IO, format!("writing failed with status {status}"))),
    }
}

/// # Safety
/// `reader` is null or points at a reader that follows the ABI.
pub(super) unsafe fn read_to_end(reader: *const abi::Reader) -> Result<Vec<u8>> {
    // SAFETY: passed on.
    let reader = unsafe { abi::read::prefix(reader) }
        .map_err(|problem| Error::invalid(format!("the reader is {problem}")))?;
    let call = reader.read.ok_or_else(|| Error::invalid("the reader has no function"))?;
    let mut chunk = vec![0_u8; CHUNK_BYTES];
    let mut bytes = Vec::new();
    loop {
        // SAFETY: the buffer is writable, of that length, and lives for the call.
        let status = unsafe { call(reader.ctx, chunk.as_mut_ptr().cast(), CHUNK_BYTES as u64) };
        match usize::try_from(status) {
            Ok(0) => return Ok(bytes),
            Ok(n) if n <= CHUNK_BYTES => bytes.extend_from_slice(&chunk[..n]),
            _ => {
                return Err(Error::new(abi::E_IO, format!("reading failed with status {status}")));
            }
        }
    }
}
