//! The steps of a pass, and who does them: waves are read, looked up, decided and written, by whatever thread has time.
//! Several are looked up at once; every other step takes one wave after another, in the file's order.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rayon::{Scope, Yield};

/// Waves that may wait for a step: they even out what one takes more than another; more would only be memory.
const WAITING: usize = 2;

/// How long others' steps are waited for before they are looked at again.
const WAIT: Duration = Duration::from_micros(50);

/// Takes waves through all steps. `read` brings the next one, none behind the last; `look` can be done for so many of them
/// at once, and is left out where that is none.
///
/// # Errors
/// Of a step. What could not be read comes behind the waves before it: these are decided and written.
pub(super) fn go<A: Send, B: Send, E: Send>(
    read: impl FnMut() -> Result<Option<A>, E> + Send,
    (at_once, look): (usize, impl Fn(&mut A) -> Result<(), E> + Sync),
    decide: impl FnMut(A) -> Result<B, E> + Send,
    write: impl FnMut(B) -> Result<(), E> + Send,
) -> Result<(), E> {
    let steps = Steps {
        read: Mutex::new(read),
        look,
        decide: Mutex::new(decide),
        write: Mutex::new(write),
        standing: Mutex::new(Standing::new(at_once)),
    };
    rayon::in_place_scope(|scope| {
        loop {
            match steps.next(scope, false) {
                Next::Do(step) => steps.take(step),
                // A part of another's step, where it shares any.
                Next::Wait if rayon::yield_now() == Some(Yield::Executed) => {}
                Next::Wait => std::thread::sleep(WAIT),
                Next::Over => break,
            }
        }
    });
    let standing = steps.standing.into_inner();
    let standing = standing.unwrap_or_else(PoisonError::into_inner);
    standing.over.unwrap_or(Ok(()))
}

struct Steps<A, B, E, R, L, D, W> {
    read: Mutex<R>,
    look: L,
    decide: Mutex<D>,
    write: Mutex<W>,
    standing: Mutex<Standing<A, B, E>>,
}

/// How far the waves are.
struct Standing<A, B, E> {
    /// Those that were read, and how many were before them.
    read: VecDeque<Read<A, E>>,
    before: usize,
    decided: VecDeque<B>,
    /// Which steps are being done.
    reading: bool,
    deciding: bool,
    writing: bool,
    looking: usize,
    /// How many waves are looked up at once.
    at_once: usize,
    /// There are no more to be read: the file ends, or something is wrong with what comes next.
    end: Option<Result<(), E>>,
    /// Nothing is begun any more: all is done, or a step could not be.
    over: Option<Result<(), E>>,
    /// Other threads that help or were asked to, and how many of them are of use.
    helpers: usize,
    most: usize,
}

/// A wave that is not decided yet.
enum Read<A, E> {
    ToBeLookedUp(A),
    Looking,
    /// Where it could not be looked up, why: to be told behind what is wrong with the waves before it.
    Ready(Result<A, E>),
}

/// A step of a wave.
enum Step<A, B, E> {
    Read,
    /// The wave, and how many were before it.
    Look(usize, A),
    Decide(Result<A, E>),
    Write(B),
}

/// What a thread with time does.
enum Next<A, B, E> {
    Do(Step<A, B, E>),
    Wait,
    Over,
}

impl<A, B, E> Standing<A, B, E> {
    fn new(at_once: usize) -> Self {
        Self {
            read: VecDeque::new(),
            before: 0,
            decided: VecDeque::new(),
            reading: false,
            deciding: false,
            writing: false,
            looking: 0,
            at_once,
            end: None,
            over: None,
            helpers: 0,
            most: rayon::current_num_threads().clamp(1, 3 + at_once) - 1,
        }
    }

    /// Deciding comes first: it cannot be shared. Then whatever keeps it going.
    fn next(&mut self) -> Next<A, B, E> {
        if self.over.is_some() {
            return Next::Over;
        }
        let step = if self.decided.len() < WAITING {
            self.decide()
        } else {
            self.write()
        };
        let step = step.or_else(|| self.look());
        let step = step.or_else(|| self.read());
        if let Some(step) = step.or_else(|| self.write()) {
            return Next::Do(step);
        }
        if self.reading || self.looking > 0 || self.deciding || self.writing {
            return Next::Wait;
        }
        self.over = self.end.take();
        Next::Over
    }

    fn decide(&mut self) -> Option<Step<A, B, E>> {
        if self.deciding || !matches!(self.read.front(), Some(Read::Ready(_))) {
            return None;
        }
        let Some(Read::Ready(wave)) = self.read.pop_front() else {
            return None;
        };
        self.before += 1;
        self.deciding = true;
        Some(Step::Decide(wave))
    }

    fn look(&mut self) -> Option<Step<A, B, E>> {
        let to_be = |wave: &Read<A, E>| matches!(wave, Read::ToBeLookedUp(_));
        if self.looking >= self.at_once {
            return None;
        }
        let at = self.read.iter().position(to_be)?;
        let wave = std::mem::replace(&mut self.read[at], Read::Looking);
        let Read::ToBeLookedUp(wave) = wave else {
            return None;
        };
        self.looking += 1;
        Some(Step::Look(self.before + at, wave))
    }

    fn read(&mut self) -> Option<Step<A, B, E>> {
        if self.reading || self.end.is_some() || self.read.len() >= WAITING + self.at_once {
            return None;
        }
        self.reading = true;
        Some(Step::Read)
    }

    fn write(&mut self) -> Option<Step<A, B, E>> {
        if self.writing {
            return None;
        }
        let wave = self.decided.pop_front()?;
        self.writing = true;
        Some(Step::Write(wave))
    }

    fn fail(&mut self, why: E) {
        self.over.get_or_insert(Err(why));
    }
}

impl<A, B, E, R, L, D, W> Steps<A, B, E, R, L, D, W>
where
    A: Send,
    B: Send,
    E: Send,
    R: FnMut() -> Result<Option<A>, E> + Send,
    L: Fn(&mut A) -> Result<(), E> + Sync,
    D: FnMut(A) -> Result<B, E> + Send,
    W: FnMut(B) -> Result<(), E> + Send,
{
    fn standing(&self) -> MutexGuard<'_, Standing<A, B, E>> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be done next. Where that is a step, others are asked to help beside it; else who asks is no `helper` any
    /// more.
    fn next<'s>(&'s self, scope: &Scope<'s>, helper: bool) -> Next<A, B, E> {
        let mut standing = self.standing();
        let next = standing.next();
        if !matches!(next, Next::Do(_)) {
            standing.helpers -= usize::from(helper);
            return next;
        }
        while standing.helpers < standing.most {
            standing.helpers += 1;
            scope.spawn(|scope| self.help(scope));
        }
        next
    }

    /// Does a step, and asks itself again: between them whatever waits beneath on this thread goes on, such as the step of
    /// another book that this one was taken in.
    fn help<'s>(&'s self, scope: &Scope<'s>) {
        if let Next::Do(step) = self.next(scope, true) {
            self.take(step);
            scope.spawn(|scope| self.help(scope));
        }
    }

    fn take(&self, step: Step<A, B, E>) {
        let _panics = EndsAll(&self.standing);
        match step {
            Step::Read => {
                let read = locked(&self.read)();
                let mut standing = self.standing();
                standing.reading = false;
                match read {
                    Ok(None) => standing.end = Some(Ok(())),
                    Ok(Some(wave)) => {
                        let read = match standing.at_once {
                            0 => Read::Ready(Ok(wave)),
                            _ => Read::ToBeLookedUp(wave),
                        };
                        standing.read.push_back(read);
                    }
                    Err(fault) => standing.end = Some(Err(fault)),
                }
            }
            Step::Look(number, mut wave) => {
                let looked = (self.look)(&mut wave);
                let mut standing = self.standing();
                standing.looking -= 1;
                let at = number - standing.before;
                standing.read[at] = Read::Ready(looked.map(|()| wave));
            }
            Step::Decide(wave) => {
                let decided = wave.and_then(|wave| locked(&self.decide)(wave));
                let mut standing = self.standing();
                standing.deciding = false;
                match decided {
                    Ok(wave) => standing.decided.push_back(wave),
                    Err(why) => standing.fail(why),
                }
            }
            Step::Write(wave) => {
                let written = locked(&self.write)(wave);
                let mut standing = self.standing();
                standing.writing = false;
                if let Err(why) = written {
                    standing.fail(why);
                }
            }
        }
    }
}

/// A step; nobody else does it now.
fn locked<S>(step: &Mutex<S>) -> MutexGuard<'_, S> {
    step.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets nothing begin behind a step that panics: it would wait for that one.
struct EndsAll<'a, A, B, E>(&'a Mutex<Standing<A, B, E>>);

impl<A, B, E> Drop for EndsAll<'_, A, B, E> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let standing = self.0.lock();
            let mut standing = standing.unwrap_or_else(PoisonError::into_inner);
            standing.over.get_or_insert(Ok(()));
        }
    }
}

#[cfg(test)]
mod tests;
