package io.mman.internal.signal;

/**
 * The machine code of {@link HandlerCode} for aarch64. Beside the bytes stands the source, which a
 * test assembles again.
 */
final class Aarch64Code {
  static final String HEX =
      ""
          + "0000000000000000" // context: .quad 0
          + "0000000000000000060000141f2003d5" // previous: .quad 0; b handler; nop
          + "cd0000141f2003d5260100141f2003d5" // b find; nop; b restore; nop
          // The handler: w0 is the signal, x1 its siginfo_t, x2 its ucontext_t.
          + "290840b93f090071a1140054" // handler: ldr w9, [x1, #8]; cmp w9, #2; b.ne pass
          + "fd7bbaa9fd030091" // stp x29, x30, [sp, #-96]!; mov x29, sp
          + "f35301a9f55b02a9" // stp x19, x20, [sp, #16]; stp x21, x22, [sp, #32]
          + "f76303a9e00704a9" // stp x23, x24, [sp, #48]; stp x0, x1, [sp, #64]
          + "e22b00f9ff0302d1" // str x2, [sp, #80]; sub sp, sp, #128
          // x19: the context, x20: the address, x24: the counter of the handlers in flight
          + "73fdff58340840f9690a40b9" // ldr x19, context; ldr x20, [x1, #16]; ldr w9, [x19, #8]
          + "781a098b18030191" // add x24, x19, x9, lsl #6; add x24, x24, #64
          + "eb0318aa2a0080d2df000094" // mov x11, x24; mov x10, #1; bl add_atomically
          // x21: the entry, which stays as it is until its count of users is 0 again
          + "e00314aab5000094001100b4" // lookup: mov x0, x20; bl find; cbz x0, leave_and_pass
          + "f50300aaab0201912a0080d2" // mov x21, x0; add x11, x21, #64; mov x10, #1
          + "d8000094a92640f9" // bl add_atomically; ldr x9, [x21, #72]
          + "890000b40a008092d4000094" // cbz x9, registered; mov x10, #-1; bl add_atomically
          + "f5ffff17" // b lookup
          // x22: the page of the fault, x23: the bitmap
          + "a90a40f9aa0240f9" // registered: ldr x9, [x21, #16]; ldr x10, [x21]
          + "96020acbd626c99aae1640f9" // sub x22, x20, x10; lsr x22, x22, x9; ldr x14, [x21, #40]
          + "d70140f9770000b5d2000094" // ldr x23, [x14]; cbnz x23, has_bitmap; bl allocate
          + "770e00b4" // cbz x23, release_and_pass
          + "a91a40f92901168b" // has_bitmap: ldr x9, [x21, #48]; add x9, x9, x22
          + "2afd46d3ea7a6af8" // lsr x10, x9, #6; ldr x10, [x23, x10, lsl #3]
          + "4a25c99a0a0a0037" // lsr x10, x10, x9; tbnz x10, #0, leave
          // x22, x20: the first page to replace and the one after the last:
          // this page, or the suffix from the new end of a regular file on
          + "d4060091a02640b9e1030091" // add x20, x22, #1; ldr w0, [x21, #36]; mov x1, sp
          + "080a80d2010000d4a0020035" // mov x8, #80; svc #0; cbnz w0, claim
          + "e91340b9290d1412" // ldr w9, [sp, #16]; and w9, w9, #0xf000
          + "3f21407121020054e91b40f9" // cmp w9, #8, lsl #12; b.ne claim; ldr x9, [sp, #48]
          + "aa0e40f929010aeb" // ldr x10, [x21, #24]; subs x9, x9, x10
          + "e9b3899aaa0a40f92b0080d2" // csel x9, xzr, x9, lt; ldr x10, [x21, #16]; mov x11, #1
          + "6b21ca9a6b0500d129010b8b" // lsl x11, x11, x10; sub x11, x11, #1; add x9, x9, x11
          + "2925ca9a3f0116eba8000054" // lsr x9, x9, x10; cmp x9, x22; b.hi claim
          + "f60309aaab3240a994010bcb" // mov x22, x9; ldp x11, x12, [x21]; sub x20, x12, x11
          + "9426ca9a" // lsr x20, x20, x10
          // Sets the bits of a run of pages that are not replaced yet. x13: its end
          + "ed0316aa" // claim: mov x13, x22
          + "a91a40f929010d8b" // claim_in_word: ldr x9, [x21, #48]; add x9, x9, x13
          + "2efd46d3ee0e0e8b" // lsr x14, x9, #6; add x14, x23, x14, lsl #3
          + "29154092" // and x9, x9, #63
          + "cafd5fc84b25c99a" // claim_again: ldaxr x10, [x14]; lsr x11, x10, x9
          + "6c01c0da8c11c0da0f0880d2" // rbit x12, x11; clz x12, x12; mov x15, #64
          + "ef0109cb9f010feb8c318f9a" // sub x15, x15, x9; cmp x12, x15; csel x12, x12, x15, lo
          + "8f020dcb9f010feb8c318f9a" // sub x15, x20, x13; cmp x12, x15; csel x12, x12, x15, lo
          + "ec0100b40f0880d2ef010ccb" // cbz x12, claimed; mov x15, #64; sub x15, x15, x12
          + "100080921026cf9a1022c99a" // mov x16, #-1; lsr x16, x16, x15; lsl x16, x16, x9
          + "10020aaad0fd11c8" // orr x16, x16, x10; stlxr w17, x16, [x14]
          + "b1fdff35ad010c8bbf0114eb" // cbnz w17, claim_again; add x13, x13, x12; cmp x13, x20
          + "8000005429010c8b3f0101f1" // b.eq claimed; add x9, x9, x12; cmp x9, #64
          + "40fcff54" // b.eq claim_in_word
          + "bf0116ebe0030054" // claimed: cmp x13, x22; b.eq occupied
          // Counts the pages of the run: a thread that finds zeros must find the new count, too.
          + "aa0116cbab1e40f9" // sub x10, x13, x22; ldr x11, [x21, #56]
          + "85000094" // bl add_atomically
          // Maps zeros over the run: MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE
          + "a90a40f94121c99ac022c99a" // ldr x9, [x21, #16]; lsl x1, x10, x9; lsl x0, x22, x9
          + "aa0240f900000a8ba22240b9" // ldr x10, [x21]; add x0, x0, x10; ldr w2, [x21, #32]
          + "4306885204008092050080d2" // mov w3, #0x4032; mov x4, #-1; mov x5, #0
          + "c81b80d2010000d41ffc3fb122030054" // mov x8, #222; svc #0; cmn x0, #4095; b.hs failed
          + "f6030daa" // mov x22, x13
          + "df0214eb83f9ff54" // more: cmp x22, x20; b.lo claim
          + "ab0201910a008092" // leave: add x11, x21, #64; mov x10, #-1
          + "72000094eb0318aa70000094" // bl add_atomically; mov x11, x24; bl add_atomically
          + "ff030291f35341a9" // add sp, sp, #128; ldp x19, x20, [sp, #16]
          + "f55b42a9f76343a9" // ldp x21, x22, [sp, #32]; ldp x23, x24, [sp, #48]
          + "fd7bc6a8c0035fd6" // ldp x29, x30, [sp], #96; ret
          // Skips the pages that are replaced already. x11: the word from the bit x9 on
          + "5f3f03d5eb032baa6c01c0da" // occupied: clrex; mvn x11, x11; rbit x12, x11
          + "8c11c0da0f0880d2ef0109cb" // clz x12, x12; mov x15, #64; sub x15, x15, x9
          + "9f010feb8c318f9ad6020c8b" // cmp x12, x15; csel x12, x12, x15, lo; add x22, x22, x12
          + "eaffff17" // b more
          // Without memory or areas the previous handler has to decide.
          + "ca020dcbab1e40f9" // failed: sub x10, x22, x13; ldr x11, [x21, #56]
          + "5d000094a20116cba11a40f9" // bl add_atomically; sub x2, x13, x22; ldr x1, [x21, #48]
          + "2100168be00317aa76000094" // add x1, x1, x22; mov x0, x23; bl clear
          + "ab0201910a008092" // release_and_pass: add x11, x21, #64; mov x10, #-1
          + "55000094" // bl add_atomically
          + "eb0318aa0a008092" // leave_and_pass: mov x11, x24; mov x10, #-1
          + "52000094ff030291e22b40f9" // bl add_atomically; add sp, sp, #128; ldr x2, [sp, #80]
          + "e00744a9f35341a9" // ldp x0, x1, [sp, #64]; ldp x19, x20, [sp, #16]
          + "f55b42a9f76343a9" // ldp x21, x22, [sp, #32]; ldp x23, x24, [sp, #48]
          + "fd7bc6a8" // ldp x29, x30, [sp], #96
          + "30eaff58100240f91f0600f1" // pass: ldr x16, previous; ldr x16, [x16]; cmp x16, #1
          + "4900005400021fd6" // b.ls no_handler; br x16
          // SIG_DFL or SIG_IGN: a fault occurs again, with the default action; a sent signal does
          // not.
          + "e603002a290840b93f150071" // no_handler: mov w6, w0; ldr w9, [x1, #8]; cmp w9, #5
          + "a00000543f0100716d000054" // b.eq was_sent; cmp w9, #0; b.le was_sent
          + "300080d202000014" // mov x16, #1; b set_default
          + "900200b5" // was_sent: cbnz x16, passed
          + "ff7fbea9ff7f01a9" // set_default: stp xzr, xzr, [sp, #-32]!; stp xzr, xzr, [sp, #16]
          + "e1030091020080d2030180d2c81080d2" // mov x1, sp; mov x2, #0; mov x3, #8; mov x8, #134
          + "010000d4ff830091700100b5" // svc #0; add sp, sp, #32; cbnz x16, passed
          + "881580d2010000d4e70300aa481680d2" // mov x8, #172; svc #0; mov x7, x0; mov x8, #178
          + "010000d4e10300aae00307aae203062a" // svc #0; mov x1, x0; mov x0, x7; mov w2, w6
          + "681080d2010000d4" // mov x8, #131; svc #0
          + "c0035fd6" // passed: ret
          // Returns the entry that contains the address x0, or 0. x4: the pair in the root x5
          + "e6031eaa81e5ff58210040f9" // find: mov x6, x30; ldr x1, context; ldr x1, [x1]
          + "e50301aa15000094420200b4" // mov x5, x1; bl search; cbz x2, not_found
          + "2410028b810440f911000094" // add x4, x1, x2, lsl #4; ldr x1, [x4, #8]; bl search
          + "e20000b5844000d19f0005eb" // cbnz x2, found; sub x4, x4, #16; cmp x4, x5
          + "60010054810440f9220040f9" // b.eq not_found; ldr x1, [x4, #8]; ldr x2, [x1]
          + "020100b4" // cbz x2, not_found
          + "2110028b210440f9" // found: add x1, x1, x2, lsl #4; ldr x1, [x1, #8]
          + "220440f91f0002eb62000054" // ldr x2, [x1, #8]; cmp x0, x2; b.hs not_found
          + "e00301aac0005fd6" // mov x0, x1; ret x6
          + "000080d2c0005fd6" // not_found: mov x0, #0; ret x6
          // Sets x2 to the number of pairs in the block x1 whose key is not above x0.
          + "020080d2230040f9" // search: mov x2, #0; ldr x3, [x1]
          + "5f0003eb620100544700038b" // search_half: cmp x2, x3; b.hs searched; add x7, x2, x3
          + "e7fc41d32910078b" // lsr x7, x7, #1; add x9, x1, x7, lsl #4
          + "290940f93f0100eb68000054" // ldr x9, [x9, #16]; cmp x9, x0; b.hi search_below
          + "e2040091f7ffff17" // add x2, x7, #1; b search_half
          + "e30307aaf5ffff17" // search_below: mov x3, x7; b search_half
          + "c0035fd6" // searched: ret
          // Adds x10 to the word at x11, between full barriers.
          + "bf3b03d5" // add_atomically: dmb ish
          + "69fd5fc829010a8b" // add_again: ldaxr x9, [x11]; add x9, x9, x10
          + "69fd0cc8acffff35bf3b03d5" // stlxr w12, x9, [x11]; cbnz w12, add_again; dmb ish
          + "c0035fd6" // ret
          // Maps a bitmap for the ledger x14, unless another thread is faster. x23: the bitmap, or
          // 0
          + "000080d2c10540f9620080d2" // allocate: mov x0, #0; ldr x1, [x14, #8]; mov x2, #3
          + "4304885204008092050080d2" // mov w3, #0x4022; mov x4, #-1; mov x5, #0
          + "c81b80d2010000d4170080d21ffc3fb1" // mov x8, #222; svc #0; mov x23, #0; cmn x0, #4095
          + "e2000054f70300aabf3b03d5" // b.hs allocated; mov x23, x0; dmb ish
          + "c9fd5fc8890000b5" // publish_again: ldaxr x9, [x14]; cbnz x9, was_second
          + "d7fd0ac8aaffff35" // stlxr w10, x23, [x14]; cbnz w10, publish_again
          + "c0035fd6" // allocated: ret
          + "5f3f03d5f70309aae81a80d2" // was_second: clrex; mov x23, x9; mov x8, #215
          + "010000d4c0035fd6" // svc #0; ret
          // Clears x2 bits of the bitmap x0 from the bit x1 on.
          + "820200b4291440920a0880d2" // clear: cbz x2, cleared; and x9, x1, #63; mov x10, #64
          + "4a0109cb5f0102eb4a31829a" // sub x10, x10, x9; cmp x10, x2; csel x10, x10, x2, lo
          + "0b0880d26b010acb0c008092" // mov x11, #64; sub x11, x11, x10; mov x12, #-1
          + "8c25cb9a8c21c99a2dfc46d3" // lsr x12, x12, x11; lsl x12, x12, x9; lsr x13, x1, #6
          + "0d0c0d8b" // add x13, x0, x13, lsl #3
          + "aefd5fc8ce012c8a" // clear_again: ldaxr x14, [x13]; bic x14, x14, x12
          + "aefd0fc8afffff35" // stlxr w15, x14, [x13]; cbnz w15, clear_again
          + "21000a8b42000acbedffff17" // add x1, x1, x10; sub x2, x2, x10; b clear
          + "c0035fd6" // cleared: ret
          // Maps the file over lost pages, then clears their bits. x0: arguments and result
          + "fd7bbea9f30b00f9" // restore: stp x29, x30, [sp, #-32]!; str x19, [sp, #16]
          + "f30300aa600640a9621240b9" // mov x19, x0; ldp x0, x1, [x19]; ldr w2, [x19, #16]
          + "631a40b9642240b9" // ldr w3, [x19, #24]; ldr w4, [x19, #32]
          + "651640f9c81b80d2010000d4" // ldr x5, [x19, #40]; mov x8, #222; svc #0
          + "602600f91ffc3fb182000054" // str x0, [x19, #72]; cmn x0, #4095; b.hs restored
          + "600643a9622240f9dcffff97" // ldp x0, x1, [x19, #48]; ldr x2, [x19, #64]; bl clear
          + "00008052f30b40f9" // restored: mov w0, #0; ldr x19, [sp, #16]
          + "fd7bc2a8c0035fd6"; // ldp x29, x30, [sp], #32; ret

  private Aarch64Code() {}
}
