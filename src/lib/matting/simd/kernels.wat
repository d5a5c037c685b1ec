;; Inner loops over bytes of images, 16 at a time. Whoever calls them lays out the memory (simd/kernels.ts).
;;
;; Weights have 22 fractional bits, more than a 16-bit multiplication takes. So each is split, w = high * 2^15 + low with
;; 0 <= low < 2^15, and lies in the tables as two signed 16-bit numbers; sums of products are put together at the end.
;; All arithmetic is modulo 2^32, in which the result is exact.
(module
  (memory (export "memory") 1)

  ;; (low + (high << 15) + half) >> 22: the sum, rounded to nearest.
  (func $rounded (param $high v128) (param $low v128) (result v128)
    (i32x4.shr_s
      (i32x4.add
        (i32x4.add (local.get $low) (i32x4.shl (local.get $high) (i32.const 15)))
        (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
      (i32.const 22)))

  ;; One row of RGBA to one of RGB. `first`: of each output pixel, where its input begins, in bytes. `table`: for each
  ;; output pixel `groups` of four input pixels: high and low weights of the first two, then of the other two.
  (func (export "narrowRgba")
    (param $from i32) (param $to i32) (param $width i32) (param $first i32) (param $table i32) (param $groups i32)
    (local $at i32) (local $left i32)
    (local $pixels v128) (local $pair v128) (local $high v128) (local $low v128)
    (loop $output
      (local.set $at (i32.add (local.get $from) (i32.load (local.get $first))))
      (local.set $left (local.get $groups))
      (local.set $high (v128.const i32x4 0 0 0 0))
      (local.set $low (v128.const i32x4 0 0 0 0))
      (loop $group
        (local.set $pixels (v128.load (local.get $at)))
        ;; The colours of two pixels side by side, as 16-bit numbers.
        (local.set $pair
          (i8x16.shuffle 0 16 4 16 1 16 5 16 2 16 6 16 3 16 7 16
            (local.get $pixels) (v128.const i32x4 0 0 0 0)))
        (local.set $high
          (i32x4.add (local.get $high) (i32x4.dot_i16x8_s (local.get $pair) (v128.load32_splat (local.get $table)))))
        (local.set $low
          (i32x4.add (local.get $low)
            (i32x4.dot_i16x8_s (local.get $pair) (v128.load32_splat offset=4 (local.get $table)))))
        (local.set $pair
          (i8x16.shuffle 8 16 12 16 9 16 13 16 10 16 14 16 11 16 15 16
            (local.get $pixels) (v128.const i32x4 0 0 0 0)))
        (local.set $high
          (i32x4.add (local.get $high)
            (i32x4.dot_i16x8_s (local.get $pair) (v128.load32_splat offset=8 (local.get $table)))))
        (local.set $low
          (i32x4.add (local.get $low)
            (i32x4.dot_i16x8_s (local.get $pair) (v128.load32_splat offset=12 (local.get $table)))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $table (i32.add (local.get $table) (i32.const 16)))
        (br_if $group (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.set $high (call $rounded (local.get $high) (local.get $low)))
      (local.set $high (i16x8.narrow_i32x4_s (local.get $high) (local.get $high)))
      ;; Four bytes; the next pixel overwrites the last of them.
      (v128.store32_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $high) (local.get $high)))
      (local.set $to (i32.add (local.get $to) (i32.const 3)))
      (local.set $first (i32.add (local.get $first) (i32.const 4)))
      (br_if $output (local.tee $width (i32.sub (local.get $width) (i32.const 1))))))

  ;; One row of bytes to another length. `table`: for each output `groups` of eight weights, the high ones, then the low.
  (func (export "stretchGrey")
    (param $from i32) (param $to i32) (param $width i32) (param $first i32) (param $table i32) (param $groups i32)
    (local $at i32) (local $left i32) (local $sum i32)
    (local $bytes v128) (local $high v128) (local $low v128)
    (loop $output
      (local.set $at (i32.add (local.get $from) (i32.load (local.get $first))))
      (local.set $left (local.get $groups))
      (local.set $high (v128.const i32x4 0 0 0 0))
      (local.set $low (v128.const i32x4 0 0 0 0))
      (loop $group
        (local.set $bytes (v128.load8x8_u (local.get $at)))
        (local.set $high
          (i32x4.add (local.get $high) (i32x4.dot_i16x8_s (local.get $bytes) (v128.load (local.get $table)))))
        (local.set $low
          (i32x4.add (local.get $low)
            (i32x4.dot_i16x8_s (local.get $bytes) (v128.load offset=16 (local.get $table)))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $table (i32.add (local.get $table) (i32.const 32)))
        (br_if $group (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.set $low (i32x4.add (local.get $low) (i32x4.shl (local.get $high) (i32.const 15))))
      (local.set $low
        (i32x4.add (local.get $low)
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $low) (local.get $low))))
      (local.set $sum
        (i32.shr_s
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $low)) (i32x4.extract_lane 1 (local.get $low)))
            (i32.const 0x200000))
          (i32.const 22)))
      (local.set $low (i32x4.splat (local.get $sum)))
      (local.set $low (i16x8.narrow_i32x4_s (local.get $low) (local.get $low)))
      (v128.store8_lane 0 (local.get $to) (i8x16.narrow_i16x8_u (local.get $low) (local.get $low)))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (local.set $first (i32.add (local.get $first) (i32.const 4)))
      (br_if $output (local.tee $width (i32.sub (local.get $width) (i32.const 1))))))

  ;; The weighted sum of `pairs` of rows, of `bytes` each, into one. `table`: high and low weights of each pair.
  (func (export "sumRows")
    (param $from i32) (param $to i32) (param $bytes i32) (param $table i32) (param $pairs i32)
    (local $at i32) (local $weights i32) (local $left i32) (local $end i32)
    (local $one v128) (local $two v128) (local $mixed v128) (local $half v128) (local $wHigh v128) (local $wLow v128)
    (local $h0 v128) (local $h1 v128) (local $h2 v128) (local $h3 v128)
    (local $l0 v128) (local $l1 v128) (local $l2 v128) (local $l3 v128)
    (local.set $end (i32.add (local.get $from) (local.get $bytes)))
    (loop $chunk
      (local.set $at (local.get $from))
      (local.set $weights (local.get $table))
      (local.set $left (local.get $pairs))
      (local.set $h0 (v128.const i32x4 0 0 0 0)) (local.set $l0 (v128.const i32x4 0 0 0 0))
      (local.set $h1 (v128.const i32x4 0 0 0 0)) (local.set $l1 (v128.const i32x4 0 0 0 0))
      (local.set $h2 (v128.const i32x4 0 0 0 0)) (local.set $l2 (v128.const i32x4 0 0 0 0))
      (local.set $h3 (v128.const i32x4 0 0 0 0)) (local.set $l3 (v128.const i32x4 0 0 0 0))
      (loop $pair
        (local.set $one (v128.load (local.get $at)))
        (local.set $at (i32.add (local.get $at) (local.get $bytes)))
        (local.set $two (v128.load (local.get $at)))
        (local.set $at (i32.add (local.get $at) (local.get $bytes)))
        (local.set $wHigh (v128.load32_splat (local.get $weights)))
        (local.set $wLow (v128.load32_splat offset=4 (local.get $weights)))
        (local.set $weights (i32.add (local.get $weights) (i32.const 8)))
        (local.set $mixed
          (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $one) (local.get $two)))
        (local.set $half (i16x8.extend_low_i8x16_u (local.get $mixed)))
        (local.set $h0 (i32x4.add (local.get $h0) (i32x4.dot_i16x8_s (local.get $half) (local.get $wHigh))))
        (local.set $l0 (i32x4.add (local.get $l0) (i32x4.dot_i16x8_s (local.get $half) (local.get $wLow))))
        (local.set $half (i16x8.extend_high_i8x16_u (local.get $mixed)))
        (local.set $h1 (i32x4.add (local.get $h1) (i32x4.dot_i16x8_s (local.get $half) (local.get $wHigh))))
        (local.set $l1 (i32x4.add (local.get $l1) (i32x4.dot_i16x8_s (local.get $half) (local.get $wLow))))
        (local.set $mixed
          (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $one) (local.get $two)))
        (local.set $half (i16x8.extend_low_i8x16_u (local.get $mixed)))
        (local.set $h2 (i32x4.add (local.get $h2) (i32x4.dot_i16x8_s (local.get $half) (local.get $wHigh))))
        (local.set $l2 (i32x4.add (local.get $l2) (i32x4.dot_i16x8_s (local.get $half) (local.get $wLow))))
        (local.set $half (i16x8.extend_high_i8x16_u (local.get $mixed)))
        (local.set $h3 (i32x4.add (local.get $h3) (i32x4.dot_i16x8_s (local.get $half) (local.get $wHigh))))
        (local.set $l3 (i32x4.add (local.get $l3) (i32x4.dot_i16x8_s (local.get $half) (local.get $wLow))))
        (br_if $pair (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $to)
        (i8x16.narrow_i16x8_u
          (i16x8.narrow_i32x4_s
            (call $rounded (local.get $h0) (local.get $l0)) (call $rounded (local.get $h1) (local.get $l1)))
          (i16x8.narrow_i32x4_s
            (call $rounded (local.get $h2) (local.get $l2)) (call $rounded (local.get $h3) (local.get $l3)))))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (br_if $chunk (i32.lt_u (local.get $from) (local.get $end)))))

  ;; PNG's filter "Up": each row less the one before it, behind a byte that names the filter. The row before the first one
  ;; lies before `from`.
  (func (export "filterUp") (param $from i32) (param $to i32) (param $bytes i32) (param $rows i32)
    (local $x i32)
    (loop $row
      (i32.store8 (local.get $to) (i32.const 2))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (local.set $x (i32.const 0))
      (loop $chunk
        (v128.store (i32.add (local.get $to) (local.get $x))
          (i8x16.sub
            (v128.load (i32.add (local.get $from) (local.get $x)))
            (v128.load (i32.sub (i32.add (local.get $from) (local.get $x)) (local.get $bytes)))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (br_if $chunk (i32.lt_u (local.get $x) (local.get $bytes))))
      (local.set $from (i32.add (local.get $from) (local.get $bytes)))
      (local.set $to (i32.add (local.get $to) (local.get $bytes)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  (func $total (param $lanes v128) (result i32)
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $lanes)) (i32x4.extract_lane 1 (local.get $lanes)))
      (i32.add (i32x4.extract_lane 2 (local.get $lanes)) (i32x4.extract_lane 3 (local.get $lanes)))))

  ;; Adler-32 (RFC 1950) of more bytes, continued from `sum`.
  (func (export "adler32") (param $sum i32) (param $from i32) (param $bytes i32) (result i32)
    (local $a i32) (local $b i32) (local $count i32) (local $left i32)
    (local $chunk v128) (local $ones v128) (local $before v128) (local $weighted v128)
    (local.set $a (i32.and (local.get $sum) (i32.const 0xffff)))
    (local.set $b (i32.shr_u (local.get $sum) (i32.const 16)))
    (block $done
      (loop $block
        ;; The most bytes after which 32 bits still hold `b`, a multiple of 16.
        (local.set $count (select (i32.const 5552) (local.get $bytes) (i32.gt_u (local.get $bytes) (i32.const 5552))))
        (local.set $count (i32.and (local.get $count) (i32.const -16)))
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $bytes (i32.sub (local.get $bytes) (local.get $count)))
        (local.set $b (i32.add (local.get $b) (i32.mul (local.get $a) (local.get $count))))
        (local.set $left (local.get $count))
        (local.set $ones (v128.const i32x4 0 0 0 0))
        (local.set $before (v128.const i32x4 0 0 0 0))
        (local.set $weighted (v128.const i32x4 0 0 0 0))
        (loop $sixteen
          (local.set $chunk (v128.load (local.get $from)))
          (local.set $before (i32x4.add (local.get $before) (local.get $ones)))
          (local.set $ones
            (i32x4.add (local.get $ones)
              (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $chunk)))))
          (local.set $weighted
            (i32x4.add (local.get $weighted)
              (i32x4.add
                (i32x4.dot_i16x8_s
                  (i16x8.extend_low_i8x16_u (local.get $chunk)) (v128.const i16x8 16 15 14 13 12 11 10 9))
                (i32x4.dot_i16x8_s
                  (i16x8.extend_high_i8x16_u (local.get $chunk)) (v128.const i16x8 8 7 6 5 4 3 2 1)))))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (br_if $sixteen (local.tee $left (i32.sub (local.get $left) (i32.const 16)))))
        (local.set $b
          (i32.rem_u
            (i32.add (local.get $b)
              (i32.add (i32.shl (call $total (local.get $before)) (i32.const 4)) (call $total (local.get $weighted))))
            (i32.const 65521)))
        (local.set $a
          (i32.rem_u (i32.add (local.get $a) (call $total (local.get $ones))) (i32.const 65521)))
        (br $block)))
    (block $end
      (loop $byte
        (br_if $end (i32.eqz (local.get $bytes)))
        (local.set $a (i32.add (local.get $a) (i32.load8_u (local.get $from))))
        (local.set $b (i32.add (local.get $b) (local.get $a)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (local.set $bytes (i32.sub (local.get $bytes) (i32.const 1)))
        (br $byte)))
    (i32.or
      (i32.shl (i32.rem_u (local.get $b) (i32.const 65521)) (i32.const 16))
      (i32.rem_u (local.get $a) (i32.const 65521))))

  ;; A layer of a network for places side by side, four at a time: numbers lie four places by four. `weights`: of each
  ;; four outputs their offsets, then for each input a weight of each. What is below `least` becomes that.
  (func (export "dense")
    (param $from i32) (param $to i32) (param $weights i32) (param $inputs i32) (param $outputs i32)
    (param $groups i32) (param $least f32)
    (local $at i32) (local $weight i32) (local $left i32) (local $output i32) (local $x v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (loop $group
      (local.set $weight (local.get $weights))
      (local.set $output (local.get $outputs))
      (loop $four
        (local.set $a (v128.load32_splat (local.get $weight)))
        (local.set $b (v128.load32_splat offset=4 (local.get $weight)))
        (local.set $c (v128.load32_splat offset=8 (local.get $weight)))
        (local.set $d (v128.load32_splat offset=12 (local.get $weight)))
        (local.set $at (local.get $from))
        (local.set $left (local.get $inputs))
        (loop $input
          (local.set $weight (i32.add (local.get $weight) (i32.const 16)))
          (local.set $x (v128.load (local.get $at)))
          (local.set $a
            (f32x4.add (local.get $a) (f32x4.mul (local.get $x) (v128.load32_splat (local.get $weight)))))
          (local.set $b
            (f32x4.add (local.get $b) (f32x4.mul (local.get $x) (v128.load32_splat offset=4 (local.get $weight)))))
          (local.set $c
            (f32x4.add (local.get $c) (f32x4.mul (local.get $x) (v128.load32_splat offset=8 (local.get $weight)))))
          (local.set $d
            (f32x4.add (local.get $d) (f32x4.mul (local.get $x) (v128.load32_splat offset=12 (local.get $weight)))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $input (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (local.set $weight (i32.add (local.get $weight) (i32.const 16)))
        (local.set $x (f32x4.splat (local.get $least)))
        (v128.store (local.get $to) (f32x4.max (local.get $a) (local.get $x)))
        (v128.store offset=16 (local.get $to) (f32x4.max (local.get $b) (local.get $x)))
        (v128.store offset=32 (local.get $to) (f32x4.max (local.get $c) (local.get $x)))
        (v128.store offset=48 (local.get $to) (f32x4.max (local.get $d) (local.get $x)))
        (local.set $to (i32.add (local.get $to) (i32.const 64)))
        (br_if $four (local.tee $output (i32.sub (local.get $output) (i32.const 4)))))
      (local.set $from (local.get $at))
      (br_if $group (local.tee $groups (i32.sub (local.get $groups) (i32.const 1))))))
)
