---- MODULE capability ----
\* capability: Message Control. One write sets both of its writable bits. [MSIX-ENABLE-6]
\*
\* Printed by maskbit from the machine. UNCHECKED: nobody has recorded that TLC has read this text, whose hash is 66816d57. Apalache has not.
\* For TLC: java -jar tla2tools.jar -config capability.cfg capability.tla
\* Its distinct states should be those of the machine, and the states it generates the transitions and one.
\* For Apalache: apalache-mc check --inv=TypeOK capability.tla; types stand above the variables.

VARIABLES
    \* MSI-X Enable, bit 15. [MSIX-CAP-5]
    \* disabled: The function must not use MSI-X. [MSIX-ENABLE-1]
    \* enabled: The function may use MSI-X, and must not use INTx. [MSIX-ENABLE-4]
    \* @type: Str;
    enable,
    \* Function Mask, bit 14. [MSIX-CAP-4]
    \* clear: Each vector's own Mask Bit decides. [MSIX-MASK-1]
    \* set: All vectors are masked, whatever their own Mask Bits say. [MSIX-MASK-1]
    \* @type: Str;
    functionMask

vars == <<enable, functionMask>>

TypeOK ==
    /\ enable \in {"disabled", "enabled"}
    /\ functionMask \in {"clear", "set"}

Init ==
    /\ enable = "disabled"
    /\ functionMask = "clear"

\* guest.control.off: the guest disables MSI-X
\* The table is kept. [MSIX-ENABLE-3]
guest_control_off_1 == enable = "enabled"
\* The Mask Bits are as they were. [MSIX-MASK-3]
guest_control_off_2 == functionMask = "set"
taken_guest_control_off ==
    \/ guest_control_off_1
    \/ guest_control_off_2
guest_control_off ==
    /\ (taken_guest_control_off) = TRUE
    /\ enable' = CASE guest_control_off_1 -> "disabled" [] OTHER -> enable
    /\ functionMask' = CASE guest_control_off_2 -> "clear" [] OTHER -> functionMask

\* guest.control.offMasked: the guest disables MSI-X and sets Function Mask
\* The table is kept. [MSIX-ENABLE-3]
guest_control_offMasked_1 == enable = "enabled"
\* The guest sets the bit. [MSIX-CAP-4]
guest_control_offMasked_2 == functionMask = "clear"
taken_guest_control_offMasked ==
    \/ guest_control_offMasked_1
    \/ guest_control_offMasked_2
guest_control_offMasked ==
    /\ (taken_guest_control_offMasked) = TRUE
    /\ enable' = CASE guest_control_offMasked_1 -> "disabled" [] OTHER -> enable
    /\ functionMask' = CASE guest_control_offMasked_2 -> "set" [] OTHER -> functionMask

\* guest.control.on: the guest enables MSI-X with Function Mask clear
\* The guest sets the bit. [MSIX-CAP-5]
guest_control_on_1 == enable = "disabled"
\* The Mask Bits are as they were. [MSIX-MASK-3]
guest_control_on_2 == functionMask = "set"
taken_guest_control_on ==
    \/ guest_control_on_1
    \/ guest_control_on_2
guest_control_on ==
    /\ (taken_guest_control_on) = TRUE
    /\ enable' = CASE guest_control_on_1 -> "enabled" [] OTHER -> enable
    /\ functionMask' = CASE guest_control_on_2 -> "clear" [] OTHER -> functionMask

\* guest.control.onMasked: the guest enables MSI-X with Function Mask set
\* The guest sets the bit. [MSIX-CAP-5]
guest_control_onMasked_1 == enable = "disabled"
\* The guest sets the bit. [MSIX-CAP-4]
guest_control_onMasked_2 == functionMask = "clear"
taken_guest_control_onMasked ==
    \/ guest_control_onMasked_1
    \/ guest_control_onMasked_2
guest_control_onMasked ==
    /\ (taken_guest_control_onMasked) = TRUE
    /\ enable' = CASE guest_control_onMasked_1 -> "enabled" [] OTHER -> enable
    /\ functionMask' = CASE guest_control_onMasked_2 -> "set" [] OTHER -> functionMask

\* device.reset: the function is reset
\* Reset disables MSI-X. [MSIX-RESET-1]
device_reset_1 == enable = "enabled"
\* Reset clears Function Mask. [MSIX-RESET-1]
device_reset_2 == functionMask = "set"
taken_device_reset ==
    \/ device_reset_1
    \/ device_reset_2
device_reset ==
    /\ (taken_device_reset) = TRUE
    /\ enable' = CASE device_reset_1 -> "disabled" [] OTHER -> enable
    /\ functionMask' = CASE device_reset_2 -> "clear" [] OTHER -> functionMask

Next ==
    \/ guest_control_off
    \/ guest_control_offMasked
    \/ guest_control_on
    \/ guest_control_onMasked
    \/ device_reset

Spec == Init /\ [][Next]_vars
====
