//! The example `state_vector`, in a short form: it computes what it should, and the cache serves what it should.
#![cfg(feature = "hosted")]

#[allow(dead_code, reason = "its main function")]
#[path = "../examples/state_vector.rs"]
mod state_vector;

#[test]
fn state_vector() {
    let (qubits, requests) = (12, 5);
    let bytes = 16 << qubits;
    let [without, with] = state_vector::show(qubits, requests).unwrap();
    assert_eq!((without.hits, without.misses, without.released), (0, 5, 5));
    // The first request misses; the native one takes the cached buffer's place, so the last one misses too.
    assert_eq!((with.hits, with.misses, with.released), (4, 2, 1));
    assert_eq!(with.failures, 1, "a native request beside a live buffer");
    for statistics in [without, with] {
        assert_eq!((statistics.live, statistics.external_bytes), (0, 0));
        assert_eq!(statistics.peak_bytes, bytes);
    }
}
