//! Hosted memory beside what users have, as ratios in one run.
//!
//! `cargo bench -p croft-runtime --features hosted --bench hosted`; with `-- --write FILE` the table goes into that file,
//! between its marks; with `-- contexts`, `infos`, `caches` or `handles` only those rows are measured. Times are processor time of this thread, since others use the machine; each figure is the median of
//! the rounds, in which the candidates take turns. No test.

use std::collections::HashMap;
use std::ffi::c_void;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;
use std::time::Duration;

use croft_runtime::hosted::{Cache, CacheOptions, Context, ContextId, Handle, Heap, Request};
use parking_lot::Mutex;
use slotmap::{DefaultKey, SlotMap};

const ROUNDS: usize = 9;

/// Processor time of this thread in nanoseconds.
fn now() -> f64 {
    // SAFETY: all zeros is a valid `timespec`, which the call fills in.
    unsafe {
        let mut time: libc::timespec = std::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time);
        time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Nanoseconds for each operation of each candidate, which take turns.
fn compare(operations: usize, candidates: &mut [&mut dyn FnMut()]) -> Vec<f64> {
    let mut times = vec![Vec::new(); candidates.len()];
    for round in 0..=ROUNDS {
        for (candidate, times) in candidates.iter_mut().zip(&mut times) {
            let start = now();
            candidate();
            // The first round warms up.
            if round > 0 {
                times.push((now() - start) / operations as f64);
            }
        }
    }
    times.into_iter().map(median).collect()
}

/// A linear congruential generator (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (((self.0 >> 33) * limit as u64) >> 31) as usize
    }
}

/// Something that allocates, and knows what it has allocated. Its functions are inlined: what is measured is what they
/// call.
trait Tracker {
    fn alloc(&mut self, size: usize) -> *mut u8;
    fn free(&mut self, pointer: *mut u8, size: usize);
}

/// Plain `malloc`, which knows nothing.
struct Malloc;

impl Tracker for Malloc {
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> *mut u8 {
        // SAFETY: any size will do.
        unsafe { libc::malloc(size).cast() }
    }

    #[inline(always)]
    fn free(&mut self, pointer: *mut u8, _: usize) {
        // SAFETY: from `malloc`, and freed once.
        unsafe { libc::free(pointer.cast()) };
    }
}

/// The heap with the alignment that contexts give, which knows nothing either.
struct Aligned;

impl Tracker for Aligned {
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> *mut u8 {
        let mut pointer = std::ptr::null_mut();
        // SAFETY: 64 is a power of two and a multiple of a pointer's size.
        unsafe { libc::posix_memalign(&raw mut pointer, 64, size) };
        pointer.cast()
    }

    #[inline(always)]
    fn free(&mut self, pointer: *mut u8, size: usize) {
        Malloc.free(pointer, size);
    }
}

/// `malloc` and a hash map behind a lock: what one writes in an afternoon.
#[derive(Default)]
struct Mapped(Mutex<HashMap<usize, usize>>);

impl Tracker for Mapped {
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> *mut u8 {
        let pointer = Malloc.alloc(size);
        self.0.lock().insert(pointer.addr(), size);
        pointer
    }

    #[inline(always)]
    fn free(&mut self, pointer: *mut u8, size: usize) {
        if self.0.lock().remove(&pointer.addr()).is_some() {
            Malloc.free(pointer, size);
        }
    }
}

/// `malloc` and an array that is searched: QMCkl's way.
#[derive(Default)]
struct Scanned(Mutex<Vec<(usize, usize)>>);

impl Tracker for Scanned {
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> *mut u8 {
        let pointer = Malloc.alloc(size);
        let mut elements = self.0.lock();
        match elements.iter_mut().find(|element| element.0 == 0) {
            Some(element) => *element = (pointer.addr(), size),
            None => elements.push((pointer.addr(), size)),
        }
        pointer
    }

    #[inline(always)]
    fn free(&mut self, pointer: *mut u8, size: usize) {
        let mut elements = self.0.lock();
        if let Some(element) = elements.iter_mut().find(|element| element.0 == pointer.addr()) {
            element.0 = 0;
            Malloc.free(pointer, size);
        }
    }
}

/// talloc, if the machine has it: no header is needed for three functions.
struct Talloc {
    context: *mut c_void,
    size: unsafe extern "C" fn(*const c_void, usize, *const i8) -> *mut c_void,
    free: unsafe extern "C" fn(*mut c_void, *const i8) -> i32,
}

impl Talloc {
    fn open() -> Option<Self> {
        // SAFETY: the signatures are those of talloc.h (2.x).
        unsafe {
            let library = libc::dlopen(c"libtalloc.so.2".as_ptr(), libc::RTLD_NOW);
            if library.is_null() {
                return None;
            }
            let symbol = |name: &std::ffi::CStr| {
                let found = libc::dlsym(library, name.as_ptr());
                (!found.is_null()).then_some(found)
            };
            let size: unsafe extern "C" fn(*const c_void, usize, *const i8) -> *mut c_void =
                std::mem::transmute(symbol(c"talloc_named_const")?);
            let free: unsafe extern "C" fn(*mut c_void, *const i8) -> i32 =
                std::mem::transmute(symbol(c"_talloc_free")?);
            let context = size(std::ptr::null(), 0, c"bench".as_ptr());
            Some(Self { context, size, free })
        }
    }
}

impl Tracker for Talloc {
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> *mut u8 {
        // SAFETY: the context is talloc's.
        unsafe { (self.size)(self.context, size, c"bench".as_ptr()).cast() }
    }

    #[inline(always)]
    fn free(&mut self, pointer: *mut u8, _: usize) {
        // SAFETY: from talloc, and freed once.
        unsafe { (self.free)(pointer.cast(), c"bench".as_ptr()) };
    }
}

impl Tracker for Context<'_> {
    #[inline(always)]
    fn alloc(&mut self, size: usize) -> *mut u8 {
        (**self).alloc(&Request::new(size)).unwrap().as_ptr()
    }

    #[inline(always)]
    fn free(&mut self, pointer: *mut u8, _: usize) {
        // SAFETY: live, and used no more.
        unsafe { (**self).free(pointer) }.unwrap();
    }
}

/// Frees one of `live` allocations at random and allocates another, `operations` times.
struct Churn<T: Tracker> {
    tracker: T,
    live: Vec<(*mut u8, usize)>,
    most: usize,
    random: Random,
    operations: usize,
}

impl<T: Tracker> Churn<T> {
    fn new(mut tracker: T, live: usize, most: usize, operations: usize) -> Self {
        let mut random = Random(7);
        let live = (0..live)
            .map(|_| {
                let size = 1 + random.below(most);
                (tracker.alloc(size), size)
            })
            .collect();
        Self {
            tracker,
            live,
            most,
            random,
            operations,
        }
    }

    fn run(&mut self) {
        for _ in 0..self.operations {
            let index = self.random.below(self.live.len());
            let size = 1 + self.random.below(self.most);
            let (pointer, old) = self.live[index];
            self.tracker.free(pointer, old);
            let pointer = self.tracker.alloc(size);
            // SAFETY: fresh, and not empty.
            unsafe { pointer.write(1) };
            self.live[index] = (pointer, size);
        }
    }
}

fn contexts(table: &mut String) {
    for most in [64, 1024, 16 << 10] {
        for live in [100, 24_000, 1_000_000] {
            if most * live > 2 << 30 {
                continue;
            }
            let operations = 100_000;
            let mut malloc = Churn::new(Malloc, live, most, operations);
            let mut croft = Churn::new(Context::new().unwrap(), live, most, operations);
            let mut shared = Churn::new(Context::new().unwrap(), live, most, operations);
            let watcher = Watcher::of(*shared.tracker);
            let mut aligned = Churn::new(Aligned, live, most, operations);
            let mut mapped = Churn::new(Mapped::default(), live, most, operations);
            let mut talloc = Talloc::open().map(|talloc| Churn::new(talloc, live, most, operations));
            let mut scanned = (live <= 24_000).then(|| Churn::new(Scanned::default(), live, most, 2_000));
            let times = compare(
                operations,
                &mut [
                    &mut || malloc.run(),
                    &mut || croft.run(),
                    &mut || aligned.run(),
                    &mut || mapped.run(),
                    &mut || talloc.iter_mut().for_each(Churn::run),
                    &mut || watcher.during(|| shared.run()),
                ],
            );
            let scan = scanned
                .as_mut()
                .map(|scanned| compare(2_000, &mut [&mut || scanned.run()])[0]);
            let ratio = |time: f64| format!("{:.2}", time / times[0]);
            let _ = writeln!(
                table,
                "| tracked alloc + free, 1 to {most} bytes, {live} live | {:.0} ns | malloc + free: {:.0} ns | {} | \
                 posix_memalign(64) + free {}, malloc with a hash map {}, talloc {}, malloc with a linear scan {}, a context \
                 that another thread looks at every 100 µs {} |",
                times[1],
                times[0],
                ratio(times[1]),
                ratio(times[2]),
                ratio(times[3]),
                talloc
                    .as_ref()
                    .map_or("not installed".into(), |_| ratio(times[4])),
                scan.map_or("–".into(), ratio),
                ratio(times[5]),
            );
        }
    }
}

/// What is known of a pointer, beside a table of sizes behind a lock, and a scan of all.
fn infos(table: &mut String) {
    let most = 1024;
    for live in [100, 24_000, 1_000_000] {
        let operations = 100_000;
        let croft = Churn::new(Context::new().unwrap(), live, most, operations);
        let sizes: HashMap<usize, usize> = croft
            .live
            .iter()
            .map(|&(pointer, size)| (pointer.addr(), size))
            .collect();
        let sizes = Mutex::new(sizes);
        let list: Vec<_> = croft.live.clone();
        let [mut first, mut second, mut third] = [Random(5), Random(5), Random(5)];
        let scans = if live <= 24_000 { 2_000 } else { 20 };
        let times = compare(
            operations,
            &mut [
                &mut || {
                    for _ in 0..operations {
                        let (pointer, _) = croft.live[first.below(live)];
                        black_box(croft.tracker.info(pointer).unwrap());
                    }
                },
                &mut || {
                    for _ in 0..operations {
                        let (pointer, _) = croft.live[second.below(live)];
                        black_box(sizes.lock().get(&pointer.addr()).copied());
                    }
                },
            ],
        );
        let scan = compare(
            scans,
            &mut [&mut || {
                for _ in 0..scans {
                    let (pointer, _) = croft.live[third.below(live)];
                    black_box(list.iter().find(|(known, _)| *known == black_box(pointer)));
                }
            }],
        );
        let _ = writeln!(
            table,
            "| info of a pointer, {live} live | {:.0} ns | a hash map of sizes, behind a lock: {:.0} ns | {:.2} | a linear \
             scan {:.2} |",
            times[0],
            times[1],
            times[0] / times[1],
            scan[0] / times[1],
        );
    }
}

/// Touches each page of a buffer.
fn touch(start: *mut u8, bytes: usize) {
    for offset in (0..bytes).step_by(4096) {
        // SAFETY: within the buffer.
        unsafe { start.add(offset).write_volatile(1) };
    }
}

fn caches(table: &mut String) {
    for bytes in [64 << 10, 1 << 20, 16 << 20, 64 << 20] {
        let operations = if bytes > 1 << 20 { 20 } else { 2_000 };
        let cache = Cache::new(Arc::new(Heap), CacheOptions::default());
        let times = compare(
            operations,
            &mut [
                &mut || {
                    for _ in 0..operations {
                        let pointer = Malloc.alloc(bytes);
                        touch(pointer, bytes);
                        Malloc.free(black_box(pointer), bytes);
                    }
                },
                &mut || {
                    for _ in 0..operations {
                        let pointer = cache.alloc(bytes, 64).unwrap();
                        // SAFETY: live, and used no more.
                        unsafe { cache.free(black_box(pointer).as_ptr()) }.unwrap();
                    }
                },
                &mut || {
                    for _ in 0..operations {
                        let pointer = cache.alloc(bytes, 64).unwrap();
                        touch(pointer.as_ptr(), bytes);
                        // SAFETY: live, and used no more.
                        unsafe { cache.free(black_box(pointer).as_ptr()) }.unwrap();
                    }
                },
            ],
        );
        let _ = writeln!(
            table,
            "| cached buffer of {} KiB, reused | {:.0} ns | malloc, first touch, free: {:.0} ns | 1/{:.0} | touched as well: 1/{:.1} |",
            bytes >> 10,
            times[1],
            times[0],
            times[0] / times[1],
            times[0] / times[2],
        );
    }
}

/// Opens and closes handles of an object, as one who stores it does.
struct Handles<'c> {
    context: Context<'c>,
    object: *mut u8,
    open: Vec<Handle>,
    random: Random,
}

impl Handles<'_> {
    fn new(open: usize) -> Self {
        let context = Context::new().unwrap();
        let object = (*context).alloc(&Request::new(64)).unwrap().as_ptr();
        context.retain(object).unwrap();
        // SAFETY: no destroy function.
        let fresh = || unsafe { context.open(object, None, None) }.unwrap();
        let open = (0..open).map(|_| fresh()).collect();
        Self {
            context,
            object,
            open,
            random: Random(3),
        }
    }

    fn run(&mut self, operations: usize) {
        for _ in 0..operations {
            let index = self.random.below(self.open.len());
            self.open[index].close().unwrap();
            // SAFETY: no destroy function.
            self.open[index] = unsafe { self.context.open(self.object, None, None) }.unwrap();
        }
    }
}

/// A thread that looks at a context every 100 µs, while it is told to.
struct Watcher {
    is_told: Arc<AtomicBool>,
    thread: Thread,
}

impl Watcher {
    /// A thread of its own, which lives as long as the process.
    fn of(context: ContextId) -> Self {
        let is_told = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_told);
        let thread = std::thread::spawn(move || {
            loop {
                if told.load(Ordering::Acquire) {
                    // The context may have been destroyed since.
                    let _ = black_box(context.statistics());
                    std::thread::sleep(Duration::from_micros(100));
                } else {
                    std::thread::park();
                }
            }
        });
        let thread = thread.thread().clone();
        Self { is_told, thread }
    }

    /// Runs something while the thread looks.
    fn during(&self, work: impl FnOnce()) {
        self.is_told.store(true, Ordering::Release);
        self.thread.unpark();
        work();
        self.is_told.store(false, Ordering::Release);
    }
}

fn handles(table: &mut String) {
    for open in [1, 1_000, 100_000] {
        let operations = 100_000;
        let mut ours = Handles::new(open);
        let mut shared = Handles::new(open);
        let watcher = Watcher::of(*shared.context);
        let object = ours.object;
        let mut map = SlotMap::new();
        let mut keys: Vec<DefaultKey> = (0..open).map(|_| map.insert(object)).collect();
        let locked = Mutex::new(SlotMap::new());
        let mut locked_keys: Vec<DefaultKey> = (0..open).map(|_| locked.lock().insert(object)).collect();
        let [mut first, mut second, mut third] = [Random(3), Random(3), Random(3)];
        let times = compare(
            operations,
            &mut [
                &mut || {
                    for _ in 0..operations {
                        let index = first.below(open);
                        black_box(locked.lock().remove(locked_keys[index]));
                        locked_keys[index] = locked.lock().insert(object);
                    }
                },
                &mut || {
                    for _ in 0..operations {
                        let index = second.below(open);
                        black_box(map.remove(keys[index]));
                        keys[index] = map.insert(object);
                    }
                },
                &mut || {
                    for _ in 0..operations {
                        black_box(third.below(open));
                    }
                },
                &mut || ours.run(operations),
                &mut || watcher.during(|| shared.run(operations)),
            ],
        );
        let [locked, bare, own_loop, ours, shared] = times[..] else {
            unreachable!("five candidates")
        };
        for (peer, time) in [
            ("behind a lock", locked),
            ("without a lock, one thread only", bare),
        ] {
            let _ = writeln!(
                table,
                "| handle open + close, {open} open | {ours:.1} ns | slotmap insert + remove, {peer}: {time:.1} ns | {:.2} | \
                 in a context that another thread looks at every 100 µs {:.2} (the loop itself {own_loop:.1} ns) |",
                ours / time,
                shared / time,
            );
        }
    }
}

/// Measures, and adds rows to the table.
type Part = fn(&mut String);

fn main() {
    let mut table = String::from(
        "| what | takes | beside | ratio | others, as ratios to the same |\n|---|---|---|---|---|\n",
    );
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let parts: [(&str, Part); 4] = [
        ("contexts", contexts),
        ("infos", infos),
        ("caches", caches),
        ("handles", handles),
    ];
    let is_named = |name: &str| arguments.iter().any(|argument| argument == name);
    let all = !parts.iter().any(|(name, _)| is_named(name));
    for (name, part) in parts {
        if all || is_named(name) {
            part(&mut table);
        }
    }
    println!("{table}");
    let mut written = arguments.iter().skip_while(|argument| *argument != "--write");
    if let Some(file) = written.nth(1) {
        assert!(all, "a table of all rows is written");
        let text = std::fs::read_to_string(file).expect("the file to write to");
        let (begin, end) = ("<!-- bench hosted: begin -->\n", "<!-- bench hosted: end -->");
        let start = text.find(begin).expect("the first mark") + begin.len();
        let stop = text.find(end).expect("the second mark");
        let text = format!("{}{table}{}", &text[..start], &text[stop..]);
        std::fs::write(file, text).expect("the file to write to");
    }
}
