namespace Dispatch.Server.Imports;

/// <summary>A column of an uploaded table. Either heading is accepted; a heading we do not know is a fault, because it may be a misspelt one we need.</summary>
internal sealed class TableColumn(string key, string heading, string hint, string hintEn, params string[] aliases)
{
    public string Key { get; } = key;

    public string Heading { get; } = heading;

    public string Hint { get; } = hint;

    public string HintEn { get; } = hintEn;

    /// <summary>Where each of the columns stands in the file; the first of them must be there.</summary>
    public static Dictionary<TableColumn, int> Locate(IReadOnlyList<TableColumn> all, SheetLine header, List<ImportFault> faults)
    {
        var places = new Dictionary<TableColumn, int>();
        for (var place = 0; place < header.Cells.Count; place++)
        {
            var heading = header[place].Text;
            if (heading.Length == 0)
            {
                continue;
            }

            if (all.FirstOrDefault(column => column.IsHeaded(heading)) is not { } column)
            {
                faults.Add(new(header.Number, heading, heading, "不认识的列，请对照模板", "unknown column: compare with the template"));
            }
            else if (!places.TryAdd(column, place))
            {
                faults.Add(new(header.Number, column.Heading, heading, "同一列出现两次", "the column is there twice"));
            }
        }

        if (!places.ContainsKey(all[0]))
        {
            faults.Add(new(header.Number, all[0].Heading, "", $"缺少 {all[0].Heading} 列：第一行应为表头", $"the column {all[0].Key} is missing: the first line names the columns"));
        }

        return places;
    }

    private bool IsHeaded(string heading) =>
        heading == Heading || heading.Equals(Key, StringComparison.OrdinalIgnoreCase) || aliases.Contains(heading);
}
