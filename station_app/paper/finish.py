"""Gives a drawn PDF its structure, language, title and attached files, with the same bytes for the same input."""

import io
from datetime import date

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from station_app.paper.document import Attachment
from station_app.paper.sheet import Element, Mark

LANGUAGE = "zh-CN"
PRODUCER = "station-app"


def finished(
    drawn: bytes,
    root: Element,
    *,
    title: str,
    author: str,
    subject: str,
    made_on: date,
    attachments: tuple[Attachment, ...] = (),
) -> bytes:
    """The drawn pages with structure tree, metadata and attachments."""
    with Pdf.open(io.BytesIO(drawn)) as pdf:
        _describe(pdf, title, author, subject, made_on)
        _structure(pdf, root)
        for attachment in attachments:
            _attach(pdf, attachment)
        return _saved(pdf)


def attach_json(pdf: bytes, name: str, data: bytes, description: str = "") -> bytes:
    """The PDF with a JSON file inside, as an associated file that says it is the data of the document."""
    with Pdf.open(io.BytesIO(pdf)) as opened:
        _attach(opened, Attachment(name, data, description=description))
        return _saved(opened)


def attached(pdf: bytes) -> dict[str, bytes]:
    """The files inside a PDF, by name."""
    with Pdf.open(io.BytesIO(pdf)) as opened:
        return {name: bytes(spec.get_file().read_bytes()) for name, spec in opened.attachments.items()}


def _saved(pdf: Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(
        out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, fix_metadata_version=False
    )
    return out.getvalue()


def _describe(pdf: Pdf, title: str, author: str, subject: str, made_on: date) -> None:
    """Title, language and dates, in document information and XMP; readers show the title, not the file's name."""
    stamp = f"{made_on:%Y-%m-%d}T00:00:00+08:00"
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = title
        metadata["dc:creator"] = [author]
        metadata["dc:language"] = {LANGUAGE}
        if subject:
            metadata["dc:description"] = subject
        metadata["pdf:Producer"] = PRODUCER
        metadata["xmp:CreateDate"] = stamp
        metadata["xmp:ModifyDate"] = stamp
        metadata["xmp:CreatorTool"] = PRODUCER
    moment = f"D:{made_on:%Y%m%d}000000+08'00'"
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary(
            Title=String(title),
            Author=String(author),
            Subject=String(subject or title),
            Creator=String(PRODUCER),
            Producer=String(PRODUCER),
            CreationDate=String(moment),
            ModDate=String(moment),
        )
    )
    pdf.Root.Lang = String(LANGUAGE)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    if Name.Outlines in pdf.Root:
        del pdf.Root.Outlines
    pdf.Root.PageMode = Name.UseNone


def _structure(pdf: Pdf, root: Element) -> None:
    """The reading order as a structure tree, and the way back from each piece of content to its element."""
    pages = [page.obj for page in pdf.pages]
    owners: list[dict[int, pikepdf.Object]] = [{} for _page in pages]
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))

    def build(element: Element, parent: pikepdf.Object) -> pikepdf.Object:
        made = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name("/" + element.tag), P=parent))
        if element.spoken:
            made.Alt = String(element.spoken)
        if element.scope:
            made.A = Dictionary(O=Name.Table, Scope=Name("/" + element.scope))
            if element.columns > 1:
                made.A.ColSpan = element.columns
        kids = Array()
        for child in element.children:
            if isinstance(child, Mark):
                kids.append(Dictionary(Type=Name.MCR, Pg=pages[child.page], MCID=child.number))
                owners[child.page][child.number] = made
            else:
                kids.append(build(child, made))
        made.K = kids
        return made

    tree.K = Array([build(root, tree)])
    tree.RoleMap = Dictionary(Title=Name.H1)  # a type of PDF 2.0: older readers take it for a heading
    numbers = Array()
    for number, (page, owned) in enumerate(zip(pages, owners, strict=True)):
        page.StructParents = number
        page.Tabs = Name.S
        numbers.append(number)
        numbers.append(pdf.make_indirect(Array([owned[mark] for mark in range(len(owned))])))
    tree.ParentTree = pdf.make_indirect(Dictionary(Nums=numbers))
    tree.ParentTreeNextKey = len(pages)
    pdf.Root.StructTreeRoot = tree
    pdf.Root.MarkInfo = Dictionary(Marked=True)


def _attach(pdf: Pdf, attachment: Attachment) -> None:
    """Embed a file as the document's data (PDF 2.0 and PDF/A-3); pikepdf also lists it among the associated files."""
    created = (
        str(pdf.trailer.Info.CreationDate) if Name.Info in pdf.trailer and Name.CreationDate in pdf.trailer.Info else ""
    )
    spec = pikepdf.AttachedFileSpec(
        pdf,
        attachment.data,
        filename=attachment.name,
        mime_type=attachment.mime,
        description=attachment.description,
        creation_date=created,
        mod_date=created,
        relationship=Name.Data,
    )
    pdf.attachments[attachment.name] = spec
