using Dispatch.Server.Imports;

namespace Dispatch.Server.Teams;

/// <summary>What one line of a team file says. Null: nothing, and nothing changes; an empty text takes away.</summary>
internal sealed record TeamLine(
    int Number, string ExternalId, string? Name, TeamKind? Kind, string? KindName, string? RegionCode, string? Parent, string? Captain, string? Liaison);

/// <summary>The columns of a team file and how a line is read. Who belongs to a team stands in the roster file.</summary>
internal static class TeamFile
{
    private const int LongestName = 60;

    public static readonly TableColumn
        ExternalId = new("externalId", "编号", "队伍编号，导入以此识别同一队伍", "the team's number: the same number is the same team"),
        Name = new("name", "名称", "", ""),
        Kind = new("kind", "类别", "红色宣讲 / 应急救援 / 法律服务 / 公共卫生 / 其他", "redLecture / rescue / legal / publicHealth / other"),
        KindName = new("kindName", "类别名称", "类别为 其他 时说明，如 心理服务", "says which when the kind is other"),
        Region = new("regionCode", "属地代码", "", "", "属地"),
        Parent = new("parent", "上级队伍", "上级队伍的编号；无 表示没有", "number of the team above; none: none"),
        Captain = new("captain", "队长", "志愿者编号；无 表示没有", "number of a volunteer; none: none"),
        Liaison = new("liaison", "联络员", "志愿者编号；无 表示没有", "number of a volunteer; none: none");

    public static IReadOnlyList<TableColumn> Columns { get; } = [ExternalId, Name, Kind, KindName, Region, Parent, Captain, Liaison];

    public static readonly IReadOnlyDictionary<TeamKind, string> KindNames = new Dictionary<TeamKind, string>
    {
        [TeamKind.RedLecture] = "红色宣讲",
        [TeamKind.Rescue] = "应急救援",
        [TeamKind.Legal] = "法律服务",
        [TeamKind.PublicHealth] = "公共卫生",
        [TeamKind.Other] = "其他",
    };

    public static (IReadOnlyList<TeamLine> Lines, IReadOnlyList<ImportFault> Faults) Read(Sheet sheet)
    {
        var faults = new List<ImportFault>();
        var places = TableColumn.Locate(Columns, sheet.Header, faults);
        if (faults.Count > 0)
        {
            return ([], faults);
        }

        var cells = new TableReader(places, sheet.Header, faults);
        var lines = new List<TeamLine>();
        var firstLineOf = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var next in sheet.Lines)
        {
            cells.MoveTo(next);
            var line = new TeamLine(
                next.Number, cells.Identifier(ExternalId, required: true) ?? "", cells.Text(Name, LongestName),
                cells.OneOf(Kind, [.. KindNames.SelectMany(kind => new[] { (kind.Value, kind.Key), (kind.Key.ToString(), kind.Key) })]),
                cells.Text(KindName, LongestName), cells.Identifier(Region, required: false), OrNone(cells, Parent), OrNone(cells, Captain), OrNone(cells, Liaison));
            if (line.ExternalId.Length > 0 && !firstLineOf.TryAdd(line.ExternalId, line.Number))
            {
                cells.Fault(ExternalId, $"编号重复，第 {firstLineOf[line.ExternalId]} 行已有", $"the number is already on line {firstLineOf[line.ExternalId]}");
            }

            if (line is { Kind: TeamKind.Other, KindName: null })
            {
                cells.Fault(KindName, "类别为 其他 时须填写类别名称", "needed when the kind is other");
            }

            lines.Add(line);
        }

        return (lines, faults);
    }

    private static string? OrNone(TableReader cells, TableColumn column) =>
        cells.Identifier(column, required: false) is { } text ? (TableReader.IsNone(text) ? "" : text) : null;
}
