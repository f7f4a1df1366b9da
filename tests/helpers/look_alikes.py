"""Lines of which it is hard to tell by their bytes what event they hold."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["DECIDING", "look_alikes"]

# Keys that decide, and what looks like them: inside objects and text, escaped, twice, of
# other kinds, with gaps, as the end of another key.
DECIDING = (
    '"event_type":"alert"',
    '"event_type" :\t"dns"',
    '"event_type":"dns"',
    r'"\u0065vent_type":"dns"',
    r'"event_typ\u0065":"alert"',
    r'"event\u005ftype":"alert"',
    r'"event_type":"al\u0065rt"',
    '"event_type":"h\u00e9"',
    '"event_type":5',
    '"event_type":null',
    '"event_type":["alert"]',
    '"event_type":""',
    '"x":{"event_type":"dns"}',
    '"x":{"y":{"event_type":"alert"},"z":"}{"}',
    '"y":[{"event_type":"alert"}]',
    r'"t":"\"event_type\":\"alert\""',
    r'"t":",\"event_type\":\"alert\",\"flow_id\":1"',
    '"t":"event_type"',
    '"t":"{[,"',
    r'"say \"event_type":"alert"',
    r'"say ,\"event_type":"dns"',
    '"a.b":"event_type","event_type":"tls"',
    '"flow_id":1',
    '"flow_id" : 2 ',
    '"flow_id":-1',
    '"flow_id":"1"',
    '"flow_id":1.0',
    '"flow_id":1e0',
    '"flow_id":18446744073709551615',
    '"flow_id":9223372036854775808',
    '"flow_id":99999999999999999999999',
    r'"\u0066low_id":1',
    '"x":{"flow_id":1}',
    '"tunnel":{"flow_id":2},"flow_id":1',
    '"timestamp":"2022-01-01T03:41:17.115874+0000"',
    '"timestamp":"2022-01-01T03:41:17.115874-0400"',
    '"timestamp":"2022-01-01T03:41:17.1158749Z"',
    '"timestamp":"2022-01-01"',
    '"timestamp":"soon"',
    '"timestamp":1641008477',
    r'"timest\u0061mp":"2022-01-01T03:41:17Z"',
    '"x":{"timestamp":"2022-01-01T03:41:17Z"}',
)
OTHERS = (
    '"src_ip":"192.0.2.1"',
    '"dest_port":443',
    '"dest_port":"443"',
    '"dest_port":70000',
    '"alert":{"signature":"ET","signature_id":1,"gid":true}',
    '"alert":{"signature":5,"severity":1.5}',
    '"alert":"text"',
    '"alert":{}',
    '"alert":null',
    '"alert.signature":"dotted"',
    '"alert.signature":7',
    '"http":{"url":"/","http_port":80,"length":3,"length":4}',
    '"http":{"url":"/a","http_method":"GET"},"http":{"url":"/b"}',
    '"tls":{"ja4":{"hash":"h"},"ja3":{"hash":"g"}}',
    '"tls":{"ja4":"t"}',
    '"vlan":[1,2]',
    '"unknown":1',
    '"unknown":"text"',
    '"stats":{"uptime":7}',
    '"v":Infinity',
    '"v":-Infinity',
    '"v":NaN',
    '"v":Inf',
    '"v":-Inf',
    '"v":-NaN',
    '"v":"Info, Inf"',
    '"v":1' + "0" * 50,
    '"v":1' + "0" * 4400,
    '"v":' + "[" * 150 + "]" * 150,
    '"v":' + "[" * 210 + "]" * 210,
    r'"v":"\ud800"',
    '"":{"":1}',
    '"v":"/"',
    r'"v":"\/"',
)
MEMBERS = (*DECIDING, *OTHERS)
AROUND = ("", "", "", " ", "\r", "\0", "\ufeff", "x", "{")


@st.composite
def look_alikes(draw: st.DrawFn, members: tuple[str, ...] = MEMBERS) -> bytes:
    """Draw a line that looks like an event, of some members."""
    chosen = draw(st.lists(st.sampled_from(members), max_size=7))
    gap = draw(st.sampled_from(("", " ")))
    before, after = draw(st.sampled_from(AROUND)), draw(st.sampled_from(AROUND))
    text = before + "{" + gap + f",{gap}".join(chosen) + gap + "}" + after
    return text.encode()
