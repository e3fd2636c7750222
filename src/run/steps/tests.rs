use std::sync::Condvar;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// How many threads there are, and how many waves are looked up at once.
const ON: [(usize, usize); 7] = [(1, 0), (1, 1), (2, 0), (2, 2), (3, 1), (8, 0), (8, 3)];

const WAVES: u32 = 300;

fn on<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().expect("threads").install(work)
}

/// The step that fails, and at which wave.
#[derive(Clone, Copy, Default)]
struct Fails {
    read: Option<u32>,
    look: Option<u32>,
    decide: Option<u32>,
    write: Option<u32>,
}

/// The waves that were decided, those that were written, and how it ended.
fn gone(
    (threads, at_once): (usize, usize),
    fails: Fails,
) -> (Vec<u32>, Vec<u32>, Result<(), String>) {
    let mut read = 0;
    let (mut decided, mut written) = (Vec::new(), Vec::new());
    let pause = |wave: u32| std::thread::sleep(Duration::from_micros((wave % 7).into()));
    let fail = |at: Option<u32>, wave: u32, word: &str| {
        pause(wave);
        if at == Some(wave) {
            return Err(format!("{wave} not {word}"));
        }
        Ok(())
    };
    let done = on(threads, || {
        go(
            || {
                fail(fails.read, read, "read")?;
                read += 1;
                Ok((read <= WAVES).then_some((read - 1, false)))
            },
            (at_once, |(wave, looked): &mut (u32, bool)| {
                *looked = true;
                fail(fails.look, *wave, "looked up")
            }),
            |(wave, looked)| {
                assert_eq!(looked, at_once > 0);
                fail(fails.decide, wave, "decided")?;
                decided.push(wave);
                Ok(wave * 10)
            },
            |wave| {
                fail(fails.write, wave / 10, "written")?;
                written.push(wave / 10);
                Ok(())
            },
        )
    });
    (decided, written, done)
}

fn up_to(end: u32) -> Vec<u32> {
    (0..end).collect()
}

#[test]
fn waves_go_in_order_whatever_the_threads() {
    for of in ON {
        let (decided, written, done) = gone(of, Fails::default());
        assert_eq!(done, Ok(()));
        assert_eq!(decided, up_to(WAVES), "{of:?}");
        assert_eq!(written, up_to(WAVES), "{of:?}");
    }
}

#[test]
fn what_could_not_be_read_comes_behind_the_waves_before_it() {
    for of in ON {
        let fails = Fails {
            read: Some(100),
            ..Fails::default()
        };
        let (decided, written, done) = gone(of, fails);
        assert_eq!(done, Err("100 not read".to_owned()));
        assert_eq!(decided, up_to(100), "{of:?}");
        assert_eq!(written, up_to(100), "{of:?}");
    }
}

#[test]
fn a_wave_that_cannot_be_decided_is_told_before_what_could_not_be_read_behind_it() {
    for of in ON {
        let fails = Fails {
            read: Some(100),
            decide: Some(99),
            ..Fails::default()
        };
        let (decided, written, done) = gone(of, fails);
        assert_eq!(done, Err("99 not decided".to_owned()));
        assert_eq!(decided, up_to(99), "{of:?}");
        assert!(written.len() <= 99);
    }
}

#[test]
fn what_could_not_be_looked_up_ends_it() {
    for of in ON {
        let fails = Fails {
            look: Some(100),
            ..Fails::default()
        };
        let (decided, _, done) = gone(of, fails);
        if of.1 == 0 {
            assert_eq!(done, Ok(()));
        } else {
            assert_eq!(done, Err("100 not looked up".to_owned()));
            assert_eq!(decided, up_to(100), "{of:?}");
        }
        // Waves before it come first, however far ahead it was looked up.
        let fails = Fails {
            decide: Some(99),
            ..fails
        };
        let (decided, _, done) = gone(of, fails);
        assert_eq!(done, Err("99 not decided".to_owned()));
        assert_eq!(decided, up_to(99), "{of:?}");
    }
}

#[test]
fn nothing_is_written_behind_what_could_not_be() {
    for of in ON {
        for at in [0, 99, WAVES - 1] {
            let fails = Fails {
                write: Some(at),
                ..Fails::default()
            };
            let (_, written, done) = gone(of, fails);
            assert_eq!(done, Err(format!("{at} not written")));
            assert_eq!(written, up_to(at), "{of:?}");
        }
    }
}

#[test]
fn few_waves_are_in_hand_at_once() {
    for (threads, at_once) in ON {
        let (read, written) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let most = AtomicUsize::new(0);
        let done: Result<(), ()> = on(threads, || {
            go(
                || {
                    let all = read.fetch_add(1, Ordering::SeqCst) + 1;
                    let in_hand = all - written.load(Ordering::SeqCst);
                    most.fetch_max(in_hand, Ordering::SeqCst);
                    Ok((all <= 500).then_some(()))
                },
                (at_once, |()| Ok(())),
                |()| Ok(()),
                |()| {
                    std::thread::sleep(Duration::from_micros(20));
                    written.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                },
            )
        });
        done.expect("nothing fails");
        assert_eq!(written.into_inner(), 500);
        // Two wait for each step and as many as are looked up, and one is decided and one written.
        let (most, bound) = (most.into_inner(), 2 * WAITING + at_once + 2);
        assert!(
            most <= bound,
            "{most} with {threads} threads, {at_once} at once"
        );
    }
}

/// Waits until so many are in it at once; says whether they were in time.
#[derive(Default)]
struct Meeting {
    in_it: Mutex<usize>,
    met: Condvar,
}

impl Meeting {
    fn of(&self, all: usize) -> Result<(), &'static str> {
        let mut in_it = self.in_it.lock().expect("not poisoned");
        *in_it += 1;
        self.met.notify_all();
        let late = |in_it: &mut usize| *in_it < all;
        let time = Duration::from_secs(20);
        let waited = self.met.wait_timeout_while(in_it, time, late);
        if waited.expect("not poisoned").1.timed_out() {
            return Err("alone");
        }
        Ok(())
    }
}

#[test]
fn all_steps_go_on_at_once() {
    let meeting = Meeting::default();
    let meet = |now: bool| if now { meeting.of(5) } else { Ok(()) };
    let mut read = 0;
    // One is read, two are looked up, one is decided and one written.
    let done = on(5, || {
        go(
            || {
                read += 1;
                meet(read == 6)?;
                Ok((read <= 10).then_some(read))
            },
            (2, |wave: &mut u32| meet([4, 5].contains(wave))),
            |wave| meet(wave == 3).map(|()| wave),
            |wave| meet(wave == 2),
        )
    });
    assert_eq!(done, Ok(()));
}

#[test]
fn a_step_that_panics_ends_the_others() {
    for (threads, at_once) in ON {
        for bad in 0..4 {
            if (bad, at_once) == (1, 0) {
                continue;
            }
            let mut read = 0;
            let fail = |step, wave: u32| assert!(step != bad || wave != 20, "worn out");
            let work = || {
                go(
                    || {
                        read += 1;
                        fail(0, read);
                        Ok::<_, ()>(Some(read))
                    },
                    (at_once, |wave: &mut u32| {
                        fail(1, *wave);
                        Ok(())
                    }),
                    |wave| {
                        fail(2, wave);
                        Ok(wave)
                    },
                    |wave| {
                        fail(3, wave);
                        Ok(())
                    },
                )
            };
            let unwinding = std::panic::AssertUnwindSafe(|| on(threads, work));
            let panicked = std::panic::catch_unwind(unwinding).expect_err("told");
            let message = panicked.downcast_ref::<&str>();
            assert_eq!(message, Some(&"worn out"), "step {bad}, {threads} threads");
        }
    }
}

/// Where a step shares its work, a thread that waits for a part takes what there is: also another step.
#[test]
fn steps_that_share_their_work_are_each_done_once() {
    for (threads, at_once) in ON {
        let busy = [const { AtomicUsize::new(0) }; 3];
        let share = |step: usize| {
            let others = busy[step].fetch_add(1, Ordering::SeqCst);
            assert_eq!(others, 0, "twice in step {step}");
            let pause = || std::thread::sleep(Duration::from_micros(30));
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| pause());
                rayon::join(pause, pause);
            });
            busy[step].fetch_sub(1, Ordering::SeqCst);
        };
        let mut read = 0..WAVES;
        let mut written = Vec::new();
        let mut work = || {
            go(
                || {
                    share(0);
                    Ok::<_, ()>(read.next())
                },
                (at_once, |_: &mut u32| {
                    rayon::join(|| (), || ());
                    Ok(())
                }),
                |wave| {
                    share(1);
                    Ok(wave)
                },
                |wave| {
                    share(2);
                    written.push(wave);
                    Ok(())
                },
            )
        };
        // Once on a thread of no pool of its own.
        let done = if at_once == 1 {
            work()
        } else {
            on(threads, work)
        };
        done.expect("nothing fails");
        assert_eq!(
            written,
            up_to(WAVES),
            "{threads} threads, {at_once} at once"
        );
    }
}

#[test]
fn several_go_at_once_on_the_same_threads() {
    let done = on(2, || {
        use rayon::prelude::*;
        let each = (0..4_u32).into_par_iter().map(|_| {
            let mut written = Vec::new();
            let mut read = 0..WAVES;
            go(
                || Ok::<_, ()>(read.next()),
                (1, |_: &mut u32| Ok(())),
                |wave| Ok(wave + 1),
                |wave| {
                    written.push(wave - 1);
                    Ok(())
                },
            )?;
            Ok::<_, ()>(written)
        });
        each.collect::<Result<Vec<_>, ()>>()
    });
    let done = done.expect("nothing fails");
    assert!(done.iter().all(|written| *written == up_to(WAVES)));
}
