//! Whole messages over a socket of packets.
//!
//! A message is one packet or several: the first byte of each says whether more follow. A packet
//! arrives whole or not at all, so a message cannot be misread, only missed.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recv, recvmsg, send, sendmsg,
    socketpair,
};

const PACKET_BYTES_MAX: usize = 60 * 1024;
/// What a fit and predictions of every kind need.
const DESCRIPTORS_MAX: usize = 8;
const LAST: u8 = 0;
const MORE: u8 = 1;

/// One end of the conversation.
#[derive(Debug)]
pub(crate) struct Channel {
    socket: OwnedFd,
    packet: Vec<u8>,
    /// A message of which some packets have arrived.
    partial: Vec<u8>,
}

/// What there was to receive.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received {
    Message(Vec<u8>),
    /// Nothing yet, or not all of a message.
    Nothing,
    /// The other end is gone.
    Closed,
    /// What no worker of ours sends.
    Breach(&'static str),
}

impl Channel {
    /// The two ends.
    pub(crate) fn pair() -> io::Result<(Self, OwnedFd)> {
        let (kind, flags) = (SocketType::SEQPACKET, SocketFlags::CLOEXEC);
        let (here, there) = socketpair(AddressFamily::UNIX, kind, flags, None)?;
        Ok((Self::new(here), there))
    }

    pub(crate) fn new(socket: OwnedFd) -> Self {
        Self { socket, packet: vec![0; PACKET_BYTES_MAX], partial: Vec::new() }
    }

    /// Sends a message, with descriptors, as far as the other end takes it before `timeout` has
    /// passed between two packets.
    pub(crate) fn send(
        &self,
        message: &[u8],
        descriptors: &[BorrowedFd<'_>],
        timeout: Option<&Timespec>,
    ) -> io::Result<()> {
        let mut descriptors = descriptors;
        let mut rest = message;
        loop {
            let (now, later) = rest.split_at(rest.len().min(PACKET_BYTES_MAX - 1));
            let more = if later.is_empty() { LAST } else { MORE };
            self.send_packet(more, now, descriptors, timeout)?;
            if later.is_empty() {
                return Ok(());
            }
            (rest, descriptors) = (later, &[]);
        }
    }

    fn send_packet(
        &self,
        more: u8,
        bytes: &[u8],
        descriptors: &[BorrowedFd<'_>],
        timeout: Option<&Timespec>,
    ) -> io::Result<()> {
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        let head = [more];
        let parts = [IoSlice::new(&head), IoSlice::new(bytes)];
        loop {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(8))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            if !descriptors.is_empty()
                && !control.push(SendAncillaryMessage::ScmRights(descriptors))
            {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            match sendmsg(&self.socket, &parts, &mut control, flags) {
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::AGAIN) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(e) => return Err(e.into()),
            }
            let mut ready = [PollFd::new(&self.socket, PollFlags::OUT)];
            if poll(&mut ready, timeout)? == 0 {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
    }

    /// Sends one byte, which is no message.
    pub(crate) fn send_byte(&self, byte: u8) -> io::Result<()> {
        send(&self.socket, &[byte], SendFlags::NOSIGNAL | SendFlags::DONTWAIT)?;
        Ok(())
    }

    /// Waits for a byte; none if the other end is gone.
    pub(crate) fn receive_byte(&self) -> Option<u8> {
        let mut byte = [0; 2];
        loop {
            match recv(&self.socket, &mut byte[..], RecvFlags::empty()) {
                Ok((_, 1)) => return Some(byte[0]),
                Err(rustix::io::Errno::INTR) => {}
                _ => return None,
            }
        }
    }

    /// Takes the next packet if there is one. A message of more than `limit` bytes is a breach.
    pub(crate) fn poll_message(&mut self, limit: usize) -> Received {
        let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC;
        match recv(&self.socket, &mut self.packet[..], flags) {
            Ok((_, 0)) => Received::Closed,
            Ok((_, n)) => self.take_packet(n, limit),
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => Received::Nothing,
            Err(_) => Received::Closed,
        }
    }

    fn take_packet(&mut self, n: usize, limit: usize) -> Received {
        let Some((more, bytes)) = self.packet.get(..n).and_then(<[u8]>::split_first) else {
            return Received::Breach("a packet that is too long");
        };
        if limit < self.partial.len() + bytes.len() {
            return Received::Breach("a message that is too long");
        }
        match *more {
            LAST if self.partial.is_empty() => Received::Message(bytes.to_vec()),
            LAST => {
                self.partial.extend_from_slice(bytes);
                Received::Message(std::mem::take(&mut self.partial))
            }
            MORE if !bytes.is_empty() => {
                self.partial.extend_from_slice(bytes);
                Received::Nothing
            }
            _ => Received::Breach("a packet that is none"),
        }
    }

    /// Waits for a message and the descriptors that come with it; an error if the other end is
    /// gone.
    pub(crate) fn receive(&mut self, limit: usize) -> io::Result<(Vec<u8>, Vec<OwnedFd>)> {
        let mut descriptors = Vec::new();
        loop {
            let n = self.receive_packet(&mut descriptors)?;
            match self.take_packet(n, limit) {
                Received::Message(message) => return Ok((message, descriptors)),
                Received::Nothing => {}
                Received::Closed => return Err(io::ErrorKind::UnexpectedEof.into()),
                Received::Breach(what) => return Err(io::Error::other(what)),
            }
        }
    }

    fn receive_packet(&mut self, descriptors: &mut Vec<OwnedFd>) -> io::Result<usize> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(8))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(&mut self.packet)];
        let received = loop {
            match recvmsg(&self.socket, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC) {
                Err(rustix::io::Errno::INTR) => {}
                received => break received?,
            }
        };
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(rights) = message {
                descriptors.extend(rights);
            }
        }
        if received.bytes == 0 || DESCRIPTORS_MAX < descriptors.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(received.bytes)
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends() -> (Channel, Channel) {
        let (here, there) = Channel::pair().expect("a pair");
        (here, Channel::new(there))
    }

    #[test]
    fn messages_of_any_length_arrive_whole_with_their_descriptors() {
        for len in [0, 1, PACKET_BYTES_MAX - 1, PACKET_BYTES_MAX, 3 * PACKET_BYTES_MAX] {
            let (here, mut there) = ends();
            let message: Vec<u8> = (0..len).map(|i| i as u8).collect();
            let file = std::fs::File::open("/dev/null").expect("there");
            std::thread::scope(|scope| {
                scope.spawn(|| here.send(&message, &[file.as_fd()], None).expect("sent"));
                let (received, descriptors) = there.receive(usize::MAX).expect("received");
                assert_eq!((received == message, descriptors.len()), (true, 1));
            });
        }
    }

    #[test]
    fn what_is_too_long_or_no_packet_is_a_breach() {
        let (here, mut there) = ends();
        assert_eq!(there.poll_message(9), Received::Nothing);
        here.send(b"0123456789", &[], None).expect("sent");
        assert_eq!(there.poll_message(9), Received::Breach("a message that is too long"));
        let flags = SendFlags::empty();
        send(&here.socket, &vec![LAST; PACKET_BYTES_MAX + 1], flags).expect("sent");
        assert_eq!(there.poll_message(9), Received::Breach("a packet that is too long"));
        send(&here.socket, b"\x07", flags).expect("sent");
        assert_eq!(there.poll_message(9), Received::Breach("a packet that is none"));
        drop(here);
        assert_eq!(there.poll_message(9), Received::Closed);
    }

    #[test]
    fn a_message_that_nobody_takes_times_out() {
        let (here, _there) = ends();
        let soon = Timespec { tv_sec: 0, tv_nsec: 1_000_000 };
        let problem = here.send(&vec![0; 16 << 20], &[], Some(&soon)).expect_err("not taken");
        assert_eq!(problem.kind(), io::ErrorKind::TimedOut);
    }
}
