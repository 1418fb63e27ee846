use croft_tests::campaign::{*, trial::*};
use std::time::Instant;
fn main(){
  let per: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
  let base: u64=std::env::args().nth(2).map_or(0,|x|x.parse().unwrap());
  let t=Instant::now();
  let mut origins: Vec<(Origin,u64)>=vec![(Origin::Correct,per*4)];
  origins.extend(mutate::Fault::all().into_iter().map(|f|(Origin::Mutant(f),per)));
  origins.extend(leak::Route::ALL.into_iter().map(|f|(Origin::Twin(f),per/4)));
  for (o,per) in origins {
    let trials: Vec<Trial>=(base..base+per).filter_map(|s| Trial::new(o,s)).collect();
    let vs=match trial::judge(&trials) { Ok(v)=>v, Err(e)=>{println!("{e}"); continue} };
    let (mut viol,mut caught,mut invalid,mut stale, mut acc)=(0,0,0,0,0);
    let mut codes=std::collections::BTreeMap::new();
    for (t,v) in trials.iter().zip(&vs) {
      match &t.truth { Truth::Violating(r,..) => { viol+=1; if v.iter().all(|v| !v.is_empty()) {caught+=1} else {
          println!("UNSOUND {:?} seed {} {:?}: {:?}", t.origin, t.seed, r, judge::Level::ALL.iter().zip(v).filter(|(_,v)|v.is_empty()).map(|(l,_)|l.name()).collect::<Vec<_>>()) } },
        Truth::Invalid(_) => invalid+=1, 
        Truth::Stale => stale+=1,
        Truth::Right => { if v[0].is_empty() { acc+=1 } else { for c in judge::codes(&v[0]) { *codes.entry(c).or_insert(0)+=1 } } } }
    }
    println!("{:<40} trials {:>4} violating {viol:>4} caught {caught:>4} invalid {invalid:>3} stale {stale:>3} right+accepted {acc:>4} {codes:?}", match o {Origin::Mutant(f)=>f.name(), o=>format!("{o:?}")}, trials.len());
  }
  println!("{:?}", t.elapsed());
}
