//! The sockets: one listener on a free local port, one thread per connection, requests answered one after the other
//! on each. Ending it ends every thread, also those that pretend to hang.

use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::http::{Request, Response};

/// What to do about one request.
#[derive(Debug)]
pub(super) enum Action {
    Reply(Response),
    /// Close without a byte, as a peer that went away.
    Close,
    /// Say nothing and keep the connection open until the server ends.
    Hang,
    /// Promise a longer body than is sent, then close.
    Cut(Response),
}

pub(super) type Handler = dyn Fn(&Request) -> Action + Send + Sync;

/// A running listener; dropping it stops it.
pub(super) struct Server {
    url: String,
    inner: Arc<Inner>,
    accepting: Option<JoinHandle<()>>,
}

struct Inner {
    handler: Box<Handler>,
    ended: Mutex<bool>,
    ending: Condvar,
    open: Mutex<BTreeMap<usize, TcpStream>>,
    in_flight: AtomicUsize,
    peak: AtomicUsize,
    connections: AtomicUsize,
}

impl Server {
    pub(super) fn start(handler: Box<Handler>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free local port");
        let url = format!("http://{}", listener.local_addr().expect("a bound address"));
        let inner = Arc::new(Inner {
            handler,
            ended: Mutex::new(false),
            ending: Condvar::new(),
            open: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
        });
        let accepting = {
            let inner = Arc::clone(&inner);
            thread::spawn(move || accept(&listener, &inner))
        };
        Self {
            url,
            inner,
            accepting: Some(accepting),
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The most requests that were being answered at one moment.
    pub(super) fn peak(&self) -> usize {
        self.inner.peak.load(Ordering::SeqCst)
    }

    /// How many connections were opened so far.
    pub(super) fn connections(&self) -> usize {
        self.inner.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        *self.inner.ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.inner.ending.notify_all();
        // The accept loop only looks at the flag when someone knocks.
        let knocked = TcpStream::connect(self.url.trim_start_matches("http://"));
        if knocked.is_ok()
            && let Some(accepting) = self.accepting.take()
        {
            let _ = accepting.join();
        }
        for stream in self.inner.open.lock().unwrap_or_else(PoisonError::into_inner).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn accept(listener: &TcpListener, inner: &Arc<Inner>) {
    for stream in listener.incoming() {
        if *inner.ended.lock().unwrap_or_else(PoisonError::into_inner) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let id = inner.connections.fetch_add(1, Ordering::SeqCst);
        let Ok(other) = stream.try_clone() else { continue };
        inner
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, other);
        let inner = Arc::clone(inner);
        thread::spawn(move || {
            inner.serve(&stream);
            let _ = stream.shutdown(Shutdown::Both);
            inner.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        });
    }
}

impl Inner {
    fn serve(&self, stream: &TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut reader = BufReader::new(stream);
        let mut writer = stream;
        while let Ok(Some(request)) = Request::read(&mut reader) {
            let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
            self.peak.fetch_max(now, Ordering::SeqCst);
            let action = (self.handler)(&request);
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
            match action {
                Action::Reply(response) => {
                    if response.send(&mut writer, request.method != "HEAD").is_err() || request.closes() {
                        return;
                    }
                }
                Action::Close => return,
                Action::Hang => return self.wait_for_end(),
                Action::Cut(response) => {
                    let mut bytes = response.head(response.body.len() + 4096);
                    bytes.extend(response.body.iter().take(response.body.len() / 2));
                    let _ = writer.write_all(&bytes);
                    return;
                }
            }
        }
    }

    fn wait_for_end(&self) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        while !*ended {
            ended = self.ending.wait(ended).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
