# The start of the bare guest. QEMU loads the ELF file as a PVH kernel and jumps to `start` in 32-bit protected mode,
# paging off, with the physical address of the start info in %ebx. No boot medium, so nothing that a migration has to
# think about, and with qboot as firmware nothing to emulate but these lines.
#
# From here on the guest runs in ring 3 with interrupts off. A KVM that itself runs nested without hardware support
# emulates ring 0 instruction by instruction (0.6 us each), but runs ring 3 natively. Port I/O is allowed by a map in
# the task segment that is all zeros: such a KVM does not keep the privilege level in the flags.
# Ring 0 is entered for one purpose: to halt until the timer fires.

        .set CODE0, 0x08
        .set DATA0, 0x10
        .set DATA3, 0x18 + 3
        .set CODE3, 0x20 + 3
        .set TASK, 0x28
        .set TIMER_VECTOR, 0x20
        .set PROTECTION_VECTOR, 13
        .set HALT, 0xf4                 # the instruction's only byte
        .set USER_TABLE, 7              # present, writable, user
        .set USER_2MIB, 0x87            # and a page of 2 MiB
        .set FLAGS, 0x0002              # interrupts off
        .set PORT_MAP, 104              # where in the task segment it begins
        .set PORT_MAP_END, PORT_MAP + 8192
        .set LOCAL_APIC_EOI, 0xfee000b0

        .section .note.pvh, "a", @note
        .align 4
        .long 4, 4, 18                  # XEN_ELFNOTE_PHYS32_ENTRY
        .asciz "Xen"
        .long start

        .section .text.start, "ax"
        .code32
        .globl start
start:
        cld
        movl %ebx, %ebp

        # The first 4 GiB as they are: our own memory, the start info and the local APIC. main() adds the rest.
        movl $low_table + USER_TABLE, page_map
        movl $low_directories + USER_TABLE, %eax
        movl $low_table, %edi
        movl $4, %ecx
1:      movl %eax, (%edi)
        addl $4096, %eax
        addl $8, %edi
        loop 1b
        movl $USER_2MIB, %eax
        movl $low_directories, %edi
        movl $4 * 512, %ecx
2:      movl %eax, (%edi)
        addl $0x200000, %eax
        addl $8, %edi
        loop 2b

        movl %cr4, %eax
        orl $0x20, %eax                 # PAE
        movl %eax, %cr4
        movl $page_map, %eax
        movl %eax, %cr3
        movl $0xc0000080, %ecx          # EFER
        rdmsr
        orl $0x100, %eax                # LME
        wrmsr
        movl %cr0, %eax
        orl $0x80000001, %eax           # PG, PE
        movl %eax, %cr0

        # Addresses inside descriptors come in pieces, which no relocation can express.
        movl $task, %eax
        movw %ax, task_descriptor + 2
        shrl $16, %eax
        movb %al, task_descriptor + 4
        movb %ah, task_descriptor + 7
        movl $ring0_stack_end, task + 4 # RSP0
        movw $PORT_MAP, task + 102
        movb $0xff, task + PORT_MAP_END
        movl $on_timer, %eax
        movl $idt + TIMER_VECTOR * 16, %edi
        movl $0x8e00, %edx
        call set_gate
        movl $on_protection_fault, %eax
        movl $idt + PROTECTION_VECTOR * 16, %edi
        call set_gate
        lgdt gdt_pointer
        lidt idt_pointer
        ljmp $CODE0, $long_mode

set_gate:
        movw %ax, (%edi)
        movw $CODE0, 2(%edi)
        movw %dx, 4(%edi)
        shrl $16, %eax
        movw %ax, 6(%edi)
        ret

        .code64
long_mode:
        movl $TASK, %eax
        ltr %ax
        movl $DATA3, %eax
        movl %eax, %ds
        movl %eax, %es
        pushq $DATA3
        leaq stack_end(%rip), %rax
        pushq %rax
        pushq $FLAGS
        pushq $CODE3
        leaq ring3(%rip), %rax
        pushq %rax
        iretq
ring3:
        movl %ebp, %edi
        call main
        ud2

        # hlt is not for ring 3, so it comes here, and we halt for it until the timer fires, or not at all if it has: an
        # interrupt is held back until the instruction after sti. (An int instruction would be the usual gate; a KVM
        # that runs ring 3 natively does not deliver it.) Any other fault of this kind is a bug and ends the guest.
on_protection_fault:
        pushq %rax
        movq 16(%rsp), %rax
        cmpb $HALT, (%rax)
        jne 1f
        incq 16(%rsp)
        popq %rax
        addq $8, %rsp                   # the error code
        sti
        hlt
        cli
        iretq
1:      ud2

on_timer:
        pushq %rax
        movl $LOCAL_APIC_EOI, %eax
        movl $0, (%rax)
        popq %rax
        iretq

        .section .data
        .align 16
gdt:    .quad 0
        .quad 0x00af9b000000ffff        # CODE0
        .quad 0x00cf93000000ffff        # DATA0
        .quad 0x00cff3000000ffff        # DATA3
        .quad 0x00affb000000ffff        # CODE3
task_descriptor:
        .quad 0x0000890000000000 + PORT_MAP_END, 0
gdt_pointer:
        .word . - gdt - 1
        .long gdt
idt_pointer:
        .word idt_end - idt - 1
        .long idt

        .section .bss
        .align 4096
        .globl page_map
page_map:
        .skip 4096
low_table:
        .skip 4096
low_directories:
        .skip 4 * 4096
idt:    .skip (TIMER_VECTOR + 1) * 16
idt_end:
        .align 4096
task:   .skip PORT_MAP_END + 1
        .align 4096
        .skip 4096
ring0_stack_end:
        .skip 16384
stack_end:
