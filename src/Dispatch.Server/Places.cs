using Dispatch.Geo;

namespace Dispatch.Server;

/// <summary>Reads a place from a request: three fields, every fault named, no coordinate without its datum.</summary>
internal static class Places
{
    public static Position Read(List<Fault> faults, string field, double? longitude, double? latitude, string? datumName, GeoBounds? bounds)
    {
        var before = faults.Count;
        if (longitude is null)
        {
            faults.Add(new($"{field}.longitude".TrimStart('.'), "缺少经度", "is missing"));
        }

        if (latitude is null)
        {
            faults.Add(new($"{field}.latitude".TrimStart('.'), "缺少纬度", "is missing"));
        }

        if (!Datums.TryParse(datumName, out var datum))
        {
            faults.Add(new($"{field}.datum".TrimStart('.'), "必须注明坐标系：wgs84、cgcs2000、gcj02 或 bd09", "must be declared: wgs84, cgcs2000, gcj02 or bd09"));
        }

        if (faults.Count > before)
        {
            return default;
        }

        if (!Position.TryRead(longitude!.Value, latitude!.Value, datum, bounds, out var position, out var fault))
        {
            faults.Add(new(field.Length == 0 ? "longitude" : field, fault.Message, fault.MessageEn));
        }

        return position;
    }
}
