using Dispatch.Geo;

namespace Dispatch.Server.Incidents;

/// <summary>Everything that is wrong with a raise by itself, all at once, each fault with its field and what would be right.</summary>
internal static class RaiseFaults
{
    private const int MostNeeds = 12;

    private static readonly string[] Grades = ["particularlyMajor", "major", "large", "general"];
    private static readonly string[] Warnings = ["red", "orange", "yellow", "blue"];
    private static readonly string[] ResponseLevels = ["I", "II", "III", "IV"];

    public static Position Check(RaiseIncident.Request request, Category? category, Dictionary<string, Qualification> taxonomy, GeoBounds bounds, List<Fault> faults)
    {
        if (category is null)
        {
            faults.Add(new("category", "没有这个类别，见 GET /api/categories", "no such category, see GET /api/categories"));
        }

        OneOf(faults, "grade", request.Grade, Grades);
        OneOf(faults, "warning", request.Warning, Warnings);
        OneOf(faults, "responseLevel", request.ResponseLevel, ResponseLevels);
        if (category?.Class == "socialSecurity")
        {
            foreach (var (field, value) in new[] { ("grade", request.Grade), ("warning", request.Warning) })
            {
                if (value is not null)
                {
                    faults.Add(new(field, "社会安全事件没有此项", "does not exist for social security incidents"));
                }
            }
        }

        Text.Check(faults, "risk", request.Risk, 500);
        Text.Check(faults, "address", request.Address, 200);
        CheckNeeds(request.Needs, taxonomy, faults);
        return Places.Read(faults, "position", request.Position?.Longitude, request.Position?.Latitude, request.Position?.Datum, bounds);
    }

    private static void CheckNeeds(IReadOnlyList<RaiseIncident.NeedRequest?>? needs, Dictionary<string, Qualification> taxonomy, List<Fault> faults)
    {
        if (needs is not { Count: >= 1 and <= MostNeeds })
        {
            faults.Add(new("needs", $"需求应为 1 至 {MostNeeds} 项", $"must be 1 to {MostNeeds} needs"));
            return;
        }

        for (var i = 0; i < needs.Count; i++)
        {
            var key = needs[i]?.Qualification;
            if (key is null || !taxonomy.ContainsKey(key))
            {
                faults.Add(new($"needs[{i}].qualification", "没有这个资质，见 GET /api/qualifications", "no such qualification, see GET /api/qualifications"));
            }
            else if (needs.Take(i).Any(earlier => earlier?.Qualification == key))
            {
                faults.Add(new($"needs[{i}].qualification", "同一资质只能列一次，请合并人数", "a qualification may stand once: add the counts"));
            }

            if (needs[i]?.Count is not (>= 1 and <= RaiseIncident.MostPeoplePerNeed))
            {
                faults.Add(new($"needs[{i}].count", $"人数应为 1 至 {RaiseIncident.MostPeoplePerNeed}", $"must be 1 to {RaiseIncident.MostPeoplePerNeed}"));
            }
        }
    }

    private static void OneOf(List<Fault> faults, string field, string? value, string[] allowed)
    {
        if (value is not null && !allowed.Contains(value))
        {
            faults.Add(new(field, $"应为 {string.Join("、", allowed)} 之一或留空", $"must be one of {string.Join(", ", allowed)} or null"));
        }
    }
}
