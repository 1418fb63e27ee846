use croft_tests::campaign::*;
use std::time::Instant;
fn main(){
  let n: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
  let lax: usize = std::env::args().nth(2).map_or(0,|x|x.parse().unwrap());
  let mut codes=std::collections::BTreeMap::new();
  let mut start: u64=std::env::args().nth(3).map_or(0,|x|x.parse().unwrap()); let n=n+start;
  let t=Instant::now();
  let (mut made,mut viol, mut inval, mut acc)=(0,0,0,[0;3]);
  while start<n {
    let ps: Vec<_>=(start..start+16).map(|s| generate::of_seed(s, generate::Plan{laxness:lax,..Default::default()})).collect();
    let runs: Vec<Vec<_>>=ps.iter().map(|p|(0..60).map(|v| interpret::run(p,&draws::choices(v)).outcome).collect()).collect();
    for (l,level) in judge::Level::ALL.into_iter().enumerate() {
      let vs=match judge::verdicts(&ps.iter().collect::<Vec<_>>(), level) {Ok(v)=>v,Err(e)=>{println!("seed {start}.. {e}"); continue}};
      for (i,v) in vs.iter().enumerate() {
         let bad=runs[i].iter().find(|o| matches!(o, interpret::Outcome::Violation(..)));
         if l==0 { made+=1; if bad.is_some() {viol+=1}; if runs[i].iter().any(|o| matches!(o, interpret::Outcome::Invalid(..))) {inval+=1} }
         if v.is_empty() { acc[l]+=1; if let Some(b)=bad { println!("UNSOUND seed {} level {} {:?}", start+i as u64, level.name(), b) } }
         else { for c in judge::codes(v) { *codes.entry((level,c)).or_insert(0)+=1 } }
      }
    }
    start+=16;
  }
  println!("generated {made} violating {viol} invalid {inval} accepted {acc:?} {codes:#?} {:?}", t.elapsed());
}
