package io.mman.internal.signal;

/**
 * The machine code of {@link HandlerCode} for x86_64, in the syntax of Intel. Beside the bytes
 * stands the source, which a test assembles again.
 */
final class X86Code {
  static final String HEX =
      ""
          + "0000000000000000" // context: .quad 0
          + "0000000000000000eb1f660f1f440000" // previous: .quad 0; jmp handler; .balign 8, 0x90
          + "e9c40200000f1f00e9d4030000" // jmp find; .balign 8, 0x90; jmp restore
          + "0f1f00" // .balign 8, 0x90
          + "48c7c00f0000000f05" // restorer: mov rax, 15; syscall
          // The handler: edi is the signal, rsi its siginfo_t, rdx its ucontext_t.
          + "837e08020f853702000053" // handler: cmp dword ptr [rsi + 8], 2; jne pass; push rbx
          + "55415441554156415757" // push rbp; push r12; push r13; push r14; push r15; push rdi
          + "56524881ec90000000" // push rsi; push rdx; sub rsp, 144
          // rbx: the context, r12: the address, r15: the counter of the handlers in flight
          + "488b1daaffffff4c8b6610" // mov rbx, [rip + context]; mov r12, [rsi + 16]
          + "8b4308c1e0064c8d7c0340" // mov eax, [rbx + 8]; shl eax, 6; lea r15, [rbx + rax + 64]
          + "f049ff07" // lock inc qword ptr [r15]
          // r13: the entry, which stays as it is until its count of users is 0 again
          + "4c89e7e8700200004885c0" // lookup: mov rdi, r12; call find; test rax, rax
          + "0f84e00100004989c5" // jz leave_and_pass; mov r13, rax
          + "f049ff454049837d4800" // lock inc qword ptr [r13 + 64]; cmp qword ptr [r13 + 72], 0
          + "7407f049ff4d40ebd9" // je registered; lock dec qword ptr [r13 + 64]; jmp lookup
          // r14: the page of the fault, rbp: the bitmap
          + "418b4d104d89e6" // registered: mov ecx, [r13 + 16]; mov r14, r12
          + "4d2b750049d3ee498b5528" // sub r14, [r13]; shr r14, cl; mov rdx, [r13 + 40]
          + "488b2a4885ed750e" // mov rbp, [rdx]; test rbp, rbp; jnz has_bitmap
          + "e8b20200004885ed0f849d010000" // call allocate; test rbp, rbp; jz release_and_pass
          + "498b45304c01f089c1" // has_bitmap: mov rax, [r13 + 48]; add rax, r14; mov ecx, eax
          + "48c1e806488b44c500480fa3c8" // shr rax, 6; mov rax, [rbp + rax * 8]; bt rax, rcx
          + "0f822b010000" // jc leave
          // r14, r12: the first page to replace and the one after the last:
          // this page, or the suffix from the new end of a regular file on
          + "4d8d6601418b7d244889e6" // lea r12, [r14 + 1]; mov edi, [r13 + 36]; mov rsi, rsp
          + "b8050000000f0585c07544" // mov eax, 5; syscall; test eax, eax; jnz claim
          + "8b4424182500f00000" // mov eax, [rsp + 24]; and eax, 0xf000
          + "3d008000007534488b442430" // cmp eax, 0x8000; jne claim; mov rax, [rsp + 48]
          + "492b4518790231c0" // sub rax, [r13 + 24]; jns begins_before_the_end; xor eax, eax
          + "418b4d10ba01000000" // begins_before_the_end: mov ecx, [r13 + 16]; mov edx, 1
          + "48d3e2488d4410ff48d3e8" // shl rdx, cl; lea rax, [rax + rdx - 1]; shr rax, cl
          + "4c39f0770e4989c64d8b6508" // cmp rax, r14; ja claim; mov r14, rax; mov r12, [r13 + 8]
          + "4d2b650049d3ec" // sub r12, [r13]; shr r12, cl
          // Sets the bits of a run of pages that are not replaced yet. r8: its end
          + "4d89f0" // claim: mov r8, r14
          + "498b55304c01c2" // claim_in_word: mov rdx, [r13 + 48]; add rdx, r8
          + "4189d14183e13f48c1ea06" // mov r9d, edx; and r9d, 63; shr rdx, 6
          + "488d7cd500" // lea rdi, [rbp + rdx * 8]
          + "488b074489c94889c2" // claim_again: mov rax, [rdi]; mov ecx, r9d; mov rdx, rax
          + "48d3eabe4000000029ce480fbcd2" // shr rdx, cl; mov esi, 64; sub esi, ecx; bsf rdx, rdx
          + "480f44d64c89e64c29c6" // cmovz rdx, rsi; mov rsi, r12; sub rsi, r8
          + "4839f2480f47d64885d27432" // cmp rdx, rsi; cmova rdx, rsi; test rdx, rdx; jz claimed
          + "b94000000029d148c7c6ffffffff" // mov ecx, 64; sub ecx, edx; mov rsi, -1
          + "48d3ee4489c948d3e64809c6" // shr rsi, cl; mov ecx, r9d; shl rsi, cl; or rsi, rax
          + "f0480fb13775b24901d0" // lock cmpxchg [rdi], rsi; jne claim_again; add r8, rdx
          + "4d39e074094101d14183f940" // cmp r8, r12; je claimed; add r9d, edx; cmp r9d, 64
          + "748a" // je claim_in_word
          + "4d39f0746e" // claimed: cmp r8, r14; je occupied
          // Counts the pages of the run: a thread that finds zeros must find the new count, too.
          + "4c8904244c89c64c29f6" // mov [rsp], r8; mov rsi, r8; sub rsi, r14
          + "498b4538f0480130" // mov rax, [r13 + 56]; lock add [rax], rsi
          // Maps zeros over the run: MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE
          + "418b4d1048d3e64c89f7" // mov ecx, [r13 + 16]; shl rsi, cl; mov rdi, r14
          + "48d3e749037d00418b5520" // shl rdi, cl; add rdi, [r13]; mov edx, [r13 + 32]
          + "41ba3240000049c7c0ffffffff4531c9" // mov r10d, 0x4032; mov r8, -1; xor r9d, r9d
          + "b8090000000f05483d00f0ffff7745" // mov eax, 9; syscall; cmp rax, -4096; ja failed
          + "4c8b3424" // mov r14, [rsp]
          + "4d39e60f822fffffff" // more: cmp r14, r12; jb claim
          + "f049ff4d40f049ff0f" // leave: lock dec qword ptr [r13 + 64]; lock dec qword ptr [r15]
          + "4881c4a8000000415f415e415d415c" // add rsp, 168; pop r15; pop r14; pop r13; pop r12
          + "5d5bc3" // pop rbp; pop rbx; ret
          // Skips the pages that are replaced already. rax: the word, r9d: the bit
          + "4489c948f7d048d3e8" // occupied: mov ecx, r9d; not rax; shr rax, cl
          + "be4000000029ce480fbcc0" // mov esi, 64; sub esi, ecx; bsf rax, rax
          + "480f44c64901c6ebbf" // cmovz rax, rsi; add r14, rax; jmp more
          // Without memory or areas the previous handler has to decide.
          + "488b14244c29f2498b4538" // failed: mov rdx, [rsp]; sub rdx, r14; mov rax, [r13 + 56]
          + "f0482910498b75304c01f6" // lock sub [rax], rdx; mov rsi, [r13 + 48]; add rsi, r14
          + "4889efe858010000" // mov rdi, rbp; call clear
          + "f049ff4d40" // release_and_pass: lock dec qword ptr [r13 + 64]
          + "f049ff0f4881c490000000" // leave_and_pass: lock dec qword ptr [r15]; add rsp, 144
          + "5a5e5f415f415e415d" // pop rdx; pop rsi; pop rdi; pop r15; pop r14; pop r13
          + "415c5d5b" // pop r12; pop rbp; pop rbx
          + "488b058ffdffff488b00" // pass: mov rax, [rip + previous]; mov rax, [rax]
          + "4883f8017602ffe0" // cmp rax, 1; jbe no_handler; jmp rax
          // SIG_DFL or SIG_IGN: a fault occurs again, with the default action; a sent signal does
          // not.
          + "4989c08b4e0883f905" // no_handler: mov r8, rax; mov ecx, [rsi + 8]; cmp ecx, 5
          + "740c85c97e0841b801000000" // je was_sent; test ecx, ecx; jle was_sent; mov r8d, 1
          + "eb05" // jmp set_default
          + "4d85c07540" // was_sent: test r8, r8; jnz passed
          + "31c050505050" // set_default: xor eax, eax; push rax; push rax; push rax; push rax
          + "4889e631d241ba08000000" // mov rsi, rsp; xor edx, edx; mov r10d, 8
          + "b80d0000000f054883c4204d85c0" // mov eax, 13; syscall; add rsp, 32; test r8, r8
          + "751f4189f8b8270000000f05" // jnz passed; mov r8d, edi; mov eax, 39; syscall
          + "89c7b8ba0000000f0589c6" // mov edi, eax; mov eax, 186; syscall; mov esi, eax
          + "4489c2b8ea0000000f05" // mov edx, r8d; mov eax, 234; syscall
          + "c3" // passed: ret
          // Returns the entry that contains the address rdi, or 0. r9: the pair in the root r10
          + "488b3518fdffff488b36" // find: mov rsi, [rip + context]; mov rsi, [rsi]
          + "4989f2e8430000004885c0743b" // mov r10, rsi; call search; test rax, rax; jz not_found
          + "48c1e0044c8d0c06498b7108" // shl rax, 4; lea r9, [rsi + rax]; mov rsi, [r9 + 8]
          + "e82d0000004885c075154983e910" // call search; test rax, rax; jnz found; sub r9, 16
          + "4d39d1741c498b7108" // cmp r9, r10; je not_found; mov rsi, [r9 + 8]
          + "488b064885c07410" // mov rax, [rsi]; test rax, rax; jz not_found
          + "48c1e004488b440608" // found: shl rax, 4; mov rax, [rsi + rax + 8]
          + "483b78087301c3" // cmp rdi, [rax + 8]; jae not_found; ret
          + "31c0c3" // not_found: xor eax, eax; ret
          // Returns the number of pairs in the block rsi whose key is not above rdi.
          + "31c0488b16" // search: xor eax, eax; mov rdx, [rsi]
          + "4839d07320488d0c10" // search_half: cmp rax, rdx; jae searched; lea rcx, [rax + rdx]
          + "48d1e94989c849c1e004" // shr rcx, 1; mov r8, rcx; shl r8, 4
          + "4a397c06107706" // cmp [rsi + r8 + 16], rdi; ja search_below
          + "488d4101ebe0" // lea rax, [rcx + 1]; jmp search_half
          + "4889caebdb" // search_below: mov rdx, rcx; jmp search_half
          + "c3" // searched: ret
          // Maps a bitmap for the ledger rdx, unless another thread is faster. rbp: the bitmap, or
          // 0
          + "52488b720831ff" // allocate: push rdx; mov rsi, [rdx + 8]; xor edi, edi
          + "ba0300000041ba2240000049c7c0ffffffff" // mov edx, 3; mov r10d, 0x4022; mov r8, -1
          + "4531c9b8090000000f055a" // xor r9d, r9d; mov eax, 9; syscall; pop rdx
          + "31ed483d00f0ffff771d" // xor ebp, ebp; cmp rax, -4096; ja allocated
          + "4889c531c0f0480fb12a" // mov rbp, rax; xor eax, eax; lock cmpxchg [rdx], rbp
          + "74114889ef4889c5" // je allocated; mov rdi, rbp; mov rbp, rax
          + "488b7208b80b0000000f05" // mov rsi, [rdx + 8]; mov eax, 11; syscall
          + "c3" // allocated: ret
          // Clears rdx bits of the bitmap rdi from the bit rsi on.
          + "4885d274464189f1" // clear: test rdx, rdx; jz cleared; mov r9d, esi
          + "4183e13f41b8400000004529c8" // and r9d, 63; mov r8d, 64; sub r8d, r9d
          + "4939d04c0f47c2b940000000" // cmp r8, rdx; cmova r8, rdx; mov ecx, 64
          + "4429c148c7c0ffffffff48d3e8" // sub ecx, r8d; mov rax, -1; shr rax, cl
          + "4489c948d3e048f7d04889f1" // mov ecx, r9d; shl rax, cl; not rax; mov rcx, rsi
          + "48c1e906f0482104cf4c01c6" // shr rcx, 6; lock and [rdi + rcx * 8], rax; add rsi, r8
          + "4c29c2ebb5" // sub rdx, r8; jmp clear
          + "c3" // cleared: ret
          // Maps the file over lost pages, then clears their bits. rdi: arguments and result
          + "534889fb488b3b" // restore: push rbx; mov rbx, rdi; mov rdi, [rbx]
          + "488b73088b5310" // mov rsi, [rbx + 8]; mov edx, [rbx + 16]
          + "448b5318448b4320" // mov r10d, [rbx + 24]; mov r8d, [rbx + 32]
          + "4c8b4b28b8090000000f05" // mov r9, [rbx + 40]; mov eax, 9; syscall
          + "48894348483d00f0ffff7711" // mov [rbx + 72], rax; cmp rax, -4096; ja restored
          + "488b7b30488b7338" // mov rdi, [rbx + 48]; mov rsi, [rbx + 56]
          + "488b5340e876ffffff" // mov rdx, [rbx + 64]; call clear
          + "31c05bc3"; // restored: xor eax, eax; pop rbx; ret

  private X86Code() {}
}
